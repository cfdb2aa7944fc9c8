/** Owns the process record while a stack runs: each change is on disk before the next. */

import {
  markOf,
  type ProcessMark,
  type ProcessRecord,
  removeProcessRecord,
  writeProcessRecord,
} from './process-record.ts'

export class ProcessRegister {
  readonly #path: string
  readonly #supervisor: ProcessMark
  readonly #parts = new Map<string, ProcessMark>()
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, supervisor: ProcessMark) {
    this.#path = path
    this.#supervisor = supervisor
  }

  static async open(path: string): Promise<ProcessRegister> {
    const register = new ProcessRegister(path, await markOf(process.pid))
    await register.#write(async () => undefined)
    return register
  }

  async add(name: string, pid: number): Promise<void> {
    await this.#write(async () => void this.#parts.set(name, await markOf(pid)))
  }

  async remove(name: string): Promise<void> {
    await this.#write(async () => void this.#parts.delete(name))
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await removeProcessRecord(this.#path)
  }

  async #write(change: () => Promise<void>): Promise<void> {
    const write = async () => {
      await change()
      const record: ProcessRecord = { supervisor: this.#supervisor, parts: Object.fromEntries(this.#parts) }
      await writeProcessRecord(this.#path, record)
    }
    // One after the other, and after a failed one too: its own caller has been told.
    this.#writing = this.#writing.then(write, write)
    await this.#writing
  }
}
