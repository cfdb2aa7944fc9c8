/** Owns the ClickHouse engine in this process: one data folder, a session of its own for each request, a few at a time. */

import { drainPending, Session } from 'chdb'
import { engineFailure, failure } from './failure.ts'

/** libuv has four threads; one stays free for files and names. */
const AT_ONCE = 3
/** More than this waiting is not a queue but a fault of the caller. */
const MAX_WAITING = 200
const DEFAULT_MAX_EXECUTION_S = '60'

export interface EngineRequest {
  readonly sql: string
  /** The format of the answer when the statement names none. */
  readonly format: string
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  /** Values of `{name:Type}` as ClickHouse's HTTP interface has them: text, escaped as in TabSeparated. */
  readonly parameters: ReadonlyMap<string, string>
  readonly readonly: boolean
}

export interface EngineAnswer {
  readonly bytes: Uint8Array
  readonly result_rows: number
  readonly elapsed_ns: number
}

export class Engine {
  readonly version: string
  readonly #path: string
  /** Keeps the engine up between requests. */
  readonly #keeper: Session
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @throws {Error} when another process owns the folder, or it cannot be read. */
  constructor(path: string) {
    this.#path = path
    try {
      this.#keeper = new Session(path)
    } catch (cause) {
      throw new Error(`ClickHouse data folder ${path} cannot be opened: is another bridge running on it?`, { cause })
    }
    this.version = this.#keeper.query('SELECT version()', 'TSV').trim()
  }

  /** @throws {Failure} with the engine's own text. */
  async run(request: EngineRequest): Promise<EngineAnswer> {
    await this.#turn()
    // Settings, parameters and USE stay on a session: each request has a new one, which costs about a millisecond.
    let session: Session | undefined
    try {
      session = new Session(this.#path)
      await session.queryAsync(preamble(request))
      const result = await session.queryAsync(request.sql, { format: request.format })
      return {
        bytes: result.bytes(),
        result_rows: result.rowsRead,
        elapsed_ns: Math.round(result.elapsed * 1e9),
      }
    } catch (cause) {
      throw engineFailure(cause)
    } finally {
      session?.close()
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  /** Waits for what is running, then lets go of the folder. */
  async close(): Promise<void> {
    await drainPending()
    this.#keeper.close()
    await drainPending()
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw failure(
          202,
          'TOO_MANY_SIMULTANEOUS_QUERIES',
          `More than ${MAX_WAITING} queries wait: send fewer at once.`,
        )
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running += 1
  }
}

/** What a session is told before the statement. `readonly` comes last: nothing can be set after it. */
function preamble(request: EngineRequest): string {
  const assignments = [`max_execution_time=${quoted(DEFAULT_MAX_EXECUTION_S)}`]
  for (const [name, value] of request.settings) assignments.push(`${name}=${quoted(value)}`)
  for (const [name, value] of request.parameters) assignments.push(`param_${name}=${quoted(value)}`)
  const statements = [`USE \`${request.database.replaceAll(/[\\`]/g, '\\$&')}\``, `SET ${assignments.join(', ')}`]
  if (request.readonly) statements.push('SET readonly=2')
  return statements.join('; ')
}

function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`
}
