/** Owns waiting for IndexedDB: its requests and transactions as promises. */

export function openDatabase(name: string, makeSchema: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') throw new TypeError('there is no IndexedDB here')
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => makeSchema(request.result)
    request.onerror = () => reject(failure(request.error))
    request.onsuccess = () => {
      const database = request.result
      // A later version of the page may change the schema only when this one has let go.
      database.onversionchange = () => database.close()
      resolve(database)
    }
  })
}

export function result<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(failure(request.error))
  })
}

/** The transaction is on disk, as far as the browser promises. */
export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(failure(transaction.error))
    transaction.onerror = () => reject(failure(transaction.error))
  })
}

/** For a transaction whose requests are all made. The browser aborts what is still open when its page goes, and finishes what is committed. */
export function committed(transaction: IDBTransaction): Promise<void> {
  const ended = done(transaction)
  transaction.commit()
  return ended
}

function failure(cause: DOMException | null): Error {
  return new Error(`IndexedDB failed: ${cause?.message ?? 'no reason was given'}`, { cause })
}
