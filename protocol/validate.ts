/** Owns the check of what a client sent against the schemas: compiled once, no allocation for a good message. */

import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import type { ErrorName } from './errors.ts'
import { UP_MESSAGES, type UpMessage, type UpType } from './messages/up.ts'

const checks = new Map<string, TypeCheck<TSchema>>(
  Object.entries(UP_MESSAGES).map(([type, schema]) => [type, TypeCompiler.Compile<TSchema>(schema)]),
)

/** Why a message is refused: the name in the table of errors, and words for the developer. */
export interface Refusal {
  readonly error: ErrorName
  readonly message: string
}

/** Whether `value` is a whole and valid message of a client. The hot path asks this alone. */
export function isUp(value: { type: string }): value is UpMessage & { type: UpType } {
  return checks.get(value.type)?.Check(value) === true
}

/** Why {@link isUp} said no. */
export function refusalOf(value: { type: string }): Refusal {
  const check = checks.get(value.type)
  if (check === undefined) {
    // Cut within a character, or never whole, it would be a frame that is not UTF-8.
    const name = value.type.slice(0, 64).replaceAll(/\p{Surrogate}/gu, '\ufffd')
    return { error: 'unknown_message', message: `there is no message '${name}'` }
  }
  const first = check.Errors(value).First()
  return { error: 'invalid_message', message: `${value.type}${first?.path ?? ''}: ${first?.message ?? 'is not valid'}` }
}
