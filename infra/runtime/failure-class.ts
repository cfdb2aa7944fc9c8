/** Owns the few words by which a failed call to a server is told: a label of metrics, and all that health says of an error. */

/** By the code of the error, or what it says; the first that fits. */
const CLASSES = {
  refused: /ECONNREFUSED/,
  unreachable: /ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN/,
  timeout: /ETIMEDOUT|ESOCKETTIMEDOUT|TimedOut|TimeoutError|timed? ?out|timeout|no answer within|57014/i,
  'not-allowed':
    /NOAUTH|WRONGPASS|NOPERM|28P01|28000|\b40[13]\b|AUTHENTICATION_FAILED|AUTHORIZATION_FAILED|SASLAuthentication|Not authorized/,
  starting: /LOADING|57P03|LEADER_NOT_AVAILABLE|no leader/i,
  'not-writable': /READONLY|OOM |MISCONF|NOREPLICAS|NOT_ENOUGH_REPLICAS|53\d\d\d/,
  broken:
    /ECONNRESET|EPIPE|ECONNABORTED|UND_ERR|Connection (is )?(closed|ended|terminated)|MaxRetriesPerRequest|socket hang up|terminated unexpectedly|not queryable|57P0[12]|08\w\w\w|KafkaJSConnectionClosed|ClosedConnection/i,
} as const

export type FailureClass = keyof typeof CLASSES | 'other'

const NAMES = Object.keys(CLASSES) as (keyof typeof CLASSES)[]
/** Causes of causes: a client wraps twice at most. */
const DEEPEST = 5

/** The class of the innermost cause that has one. */
export function failureClass(error: unknown): FailureClass {
  let found: FailureClass = 'other'
  let at: unknown = error
  for (let depth = 0; depth < DEEPEST && at instanceof Error; depth++) {
    const code = 'code' in at ? String(at.code) : ''
    const text = `${code} ${at.name} ${at.message}`
    found = NAMES.find((name) => CLASSES[name].test(text)) ?? found
    at = at.cause ?? (at instanceof AggregateError ? at.errors[0] : undefined)
  }
  return found
}
