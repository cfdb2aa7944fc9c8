/** Owns a file of lines that only grows: what was appended is there after the process is killed, and after the machine is when it was synced. */

import { constants, type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants

export class Journal {
  readonly #path: string
  #file: FileHandle | undefined
  /** An append broke off: what it left must not run into the next line. */
  #isTorn: boolean

  private constructor(path: string, file: FileHandle, isTorn: boolean) {
    this.#path = path
    this.#file = file
    this.#isTorn = isTorn
  }

  /** Opens the file, which need not exist, and tells what its lines hold; a line that is cut or damaged is passed over. */
  static async open(path: string): Promise<{ journal: Journal; entries: unknown[] }> {
    const file = await open(path, 'a', 0o600)
    try {
      const text = await readFile(path, 'utf8')
      const entries = text.split('\n').flatMap((line) => entryOf(line))
      return { journal: new Journal(path, file, text !== '' && !text.endsWith('\n')), entries }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** One line; with `sync` it is on disk when this resolves. */
  async append(entry: unknown, sync: boolean): Promise<void> {
    const file = this.#opened()
    const line = `${this.#isTorn ? '\n' : ''}${JSON.stringify(entry)}\n`
    this.#isTorn = true
    await file.appendFile(line)
    this.#isTorn = false
    if (sync) await file.datasync()
  }

  /** Begins anew with these lines; whoever is killed meanwhile finds the old file or the new one, each whole. */
  async rewrite(entries: readonly unknown[]): Promise<void> {
    const before = this.#opened()
    const aside = `${this.#path}.new`
    const file = await open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
    try {
      await file.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      await file.sync()
      await rename(aside, this.#path)
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    this.#isTorn = false
    await before.close()
    await syncFolder(dirname(this.#path))
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #opened(): FileHandle {
    if (this.#file === undefined) throw new Error('the journal is closed')
    return this.#file
  }
}

function entryOf(line: string): unknown[] {
  try {
    return line === '' ? [] : [JSON.parse(line)]
  } catch {
    // Whoever wrote it was killed in its midst: nobody was told that it is kept.
    return []
  }
}

/** A new name is on disk when its folder is. Windows opens no folder, and needs none of this. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
