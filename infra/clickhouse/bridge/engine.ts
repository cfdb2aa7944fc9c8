/** Owns the ClickHouse engine in this process: one data folder, a session of its own for each request, a few at a time. */

import { drainPending, Session } from 'chdb'
import { engineFailure } from './failure.ts'
import { Turns } from './turns.ts'

/** libuv has four threads; one stays free for files and names. */
const AT_ONCE = 3
/** More than this waiting is not a queue but a fault of the caller. */
const MAX_WAITING = 200
/** With the 20 s that an insert may run it is less than the 30 s its client waits: when that has left, nothing runs. */
const MAX_WAIT_MS = 8_000
const DEFAULT_MAX_EXECUTION_S = '60'

export interface EngineRequest {
  readonly sql: string
  /** The format of the answer when the statement names none. */
  readonly format: string
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  /** Values of `{name:Type}` as ClickHouse's HTTP interface has them: text, escaped as in TabSeparated. */
  readonly parameters: ReadonlyMap<string, string>
  /** As ClickHouse's setting: 0 writes, 2 does not, 1 may not name settings or sources outside of the tables either. */
  readonly readonly: 0 | 1 | 2
}

export interface EngineAnswer {
  readonly bytes: Uint8Array
  readonly result_rows: number
  readonly elapsed_ns: number
}

export class Engine {
  readonly version: string
  readonly #path: string
  readonly #memory: string
  /** Keeps the engine up between requests. */
  readonly #keeper: Session
  readonly #turns = new Turns({ atOnce: AT_ONCE, maxWaiting: MAX_WAITING, maxWaitMs: MAX_WAIT_MS })

  /** @throws {Error} when another process owns the folder, or it cannot be read. */
  constructor(path: string, memoryMb: number) {
    this.#path = path
    // For it all sessions are of one user.
    this.#memory = `SET max_memory_usage_for_user=${memoryMb * 1_024 ** 2}`
    try {
      this.#keeper = new Session(path)
    } catch (cause) {
      throw new Error(`ClickHouse data folder ${path} cannot be opened: is another bridge running on it?`, { cause })
    }
    this.version = this.#keeper.query('SELECT version()', 'TSV').trim()
  }

  /**
   * Does nothing when `signal` is aborted before its turn comes: whoever asked has left, and may be asking again.
   * @throws {Failure} with the engine's own text.
   */
  async run(request: EngineRequest, signal: AbortSignal): Promise<EngineAnswer> {
    await this.#turns.take(signal)
    // Settings, parameters and USE stay on a session: each request has a new one, which costs about a millisecond.
    let session: Session | undefined
    try {
      session = new Session(this.#path)
      await session.queryAsync(preamble(request, this.#memory))
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
      this.#turns.give()
    }
  }

  /** Waits for what is running, then lets go of the folder. */
  async close(): Promise<void> {
    await drainPending()
    this.#keeper.close()
    await drainPending()
  }
}

/** What a session is told before the statement. What nobody may set otherwise comes after what was asked for, and `readonly` last. */
function preamble(request: EngineRequest, memory: string): string {
  // As the answer's X-ClickHouse-Timezone says, wherever this runs.
  const assignments = ["session_timezone='UTC'", `max_execution_time=${quoted(DEFAULT_MAX_EXECUTION_S)}`]
  for (const [name, value] of request.settings) assignments.push(`${name}=${quoted(value)}`)
  for (const [name, value] of request.parameters) assignments.push(`param_${name}=${quoted(value)}`)
  const statements = [
    `USE \`${request.database.replaceAll(/[\\`]/g, '\\$&')}\``,
    `SET ${assignments.join(', ')}`,
    memory,
  ]
  if (request.readonly > 0) statements.push(`SET readonly=${request.readonly}`)
  return statements.join('; ')
}

function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`
}
