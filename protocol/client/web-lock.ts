/** Owns holding a Web Lock until it is released, or until the tab is gone, when the browser releases it. */

export interface HeldLock {
  release(): void
}

/** Takes the lock `name`, or undefined when another tab holds it for all of `waitMs`. Where there are no Web Locks it is always free. */
export async function holdLock(name: string, waitMs: number): Promise<HeldLock | undefined> {
  if (typeof navigator === 'undefined' || navigator.locks === undefined) return { release: () => undefined }
  const signal = AbortSignal.timeout(waitMs)
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { signal }, () => new Promise<void>((release) => resolve({ release })))
      .catch((error: unknown) => (signal.aborted ? resolve(undefined) : reject(error)))
  })
}
