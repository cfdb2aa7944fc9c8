/** Owns how a failure reads over HTTP: ClickHouse's own text, its code, and the status that code has. */

/** The statuses that ClickHouse gives its codes; a code that is not here is 500, as there. */
const STATUS_BY_CODE: Readonly<Record<number, number>> = {
  6: 400, // CANNOT_PARSE_TEXT
  26: 400, // CANNOT_PARSE_QUOTED_STRING
  27: 400, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38: 400, // CANNOT_PARSE_DATE
  41: 400, // CANNOT_PARSE_DATETIME
  46: 404, // UNKNOWN_FUNCTION
  47: 404, // UNKNOWN_IDENTIFIER
  48: 501, // NOT_IMPLEMENTED
  50: 404, // UNKNOWN_TYPE
  53: 400, // TYPE_MISMATCH
  56: 404, // UNKNOWN_STORAGE
  60: 404, // UNKNOWN_TABLE
  62: 400, // SYNTAX_ERROR
  72: 400, // CANNOT_PARSE_NUMBER
  73: 404, // UNKNOWN_FORMAT
  76: 503, // CANNOT_OPEN_FILE
  81: 404, // UNKNOWN_DATABASE
  115: 404, // UNKNOWN_SETTING
  130: 400, // CANNOT_READ_ARRAY_FROM_TEXT
  159: 408, // TIMEOUT_EXCEEDED
  202: 503, // TOO_MANY_SIMULTANEOUS_QUERIES
  229: 413, // QUERY_IS_TOO_LARGE
  271: 400, // CANNOT_DECOMPRESS
  376: 400, // CANNOT_PARSE_UUID
  456: 400, // UNKNOWN_QUERY_PARAMETER
  457: 400, // BAD_QUERY_PARAMETER
  497: 403, // ACCESS_DENIED
  516: 403, // AUTHENTICATION_FAILED
}

/** A request that gets an error: `code` and `type` are ClickHouse's own. */
export class Failure extends Error {
  readonly code: number

  /** @param message in ClickHouse's shape without version, `Code: 62. DB::Exception: … (SYNTAX_ERROR)`. */
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.code = code
  }

  get status(): number {
    return STATUS_BY_CODE[this.code] ?? 500
  }
}

/** A failure that the bridge itself finds. */
export function failure(code: number, type: string, text: string): Failure {
  return new Failure(code, `Code: ${code}. DB::Exception: ${text} (${type})`)
}

/** What the engine threw, as a failure. */
export function engineFailure(cause: unknown): Failure {
  const text = (cause instanceof Error ? cause.message : String(cause)).replace(/^Query failed: /, '').trim()
  const code = /^Code: (\d+)\./.exec(text)?.[1]
  if (code !== undefined) return new Failure(Number(code), text, { cause })
  return new Failure(1002, `Code: 1002. DB::Exception: ${text} (UNKNOWN_EXCEPTION)`, { cause })
}
