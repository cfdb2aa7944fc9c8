import { describe, expect, it } from 'vitest'
import { type FailureClass, failureClass } from './failure-class.ts'
import { TimedOut } from './within.ts'

const coded = (code: string, message = 'it failed') => Object.assign(new Error(message), { code })
const named = (name: string, message: string, cause?: unknown) => Object.assign(new Error(message, { cause }), { name })

/** Errors as the clients throw them. */
const SEEN: readonly (readonly [FailureClass, unknown])[] = [
  ['refused', coded('ECONNREFUSED')],
  ['refused', named('TypeError', 'fetch failed', coded('ECONNREFUSED', ''))],
  ['refused', new AggregateError([coded('ECONNREFUSED')], '')],
  ['timeout', new TimedOut(5)],
  ['timeout', named('Error', 'Command timed out')],
  ['timeout', named('Error', 'Query read timeout')],
  ['timeout', named('Error', 'timeout exceeded when trying to connect')],
  ['timeout', named('PlaybackLogError', 'not acknowledged', named('Error', 'no answer within 4500 ms'))],
  ['broken', coded('ECONNRESET')],
  ['broken', named('MaxRetriesPerRequestError', 'Reached the max retries per request limit')],
  ['broken', named('Error', 'Connection terminated unexpectedly')],
  ['broken', named('Error', 'Client has encountered a connection error and is not queryable')],
  ['broken', coded('57P01')],
  ['starting', named('ReplyError', 'LOADING Redis is loading the dataset in memory')],
  ['starting', coded('57P03')],
  ['not-writable', named('ReplyError', 'OOM command not allowed')],
  ['not-allowed', named('ReplyError', 'NOAUTH Authentication required.')],
  ['unreachable', coded('ENOTFOUND')],
  ['other', new Error('something else')],
  ['other', 'not even an error'],
]

describe('the class of a failure', () => {
  it.each(SEEN)('%s: %s', (wanted, error) => {
    expect(failureClass(error)).toBe(wanted)
  })

  it('is bounded on an error that causes itself', () => {
    const error = new Error('round')
    error.cause = error
    expect(failureClass(error)).toBe('other')
  })
})
