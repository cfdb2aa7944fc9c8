/** Owns the addresses under `/api/sharing/cases`: the cases by score, one with its history, and marking it right or wrong. */

import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { MARKS, type Mark, type Marking } from '../../infra/sharing/cases.ts'
import { Word } from '../../protocol/fields.ts'
import type { Subject } from '../token-verifier.ts'
import { type Answer, type Asked, failure, json } from './answer.ts'

export interface SharingCases {
  list(status: Mark | undefined): Promise<object>
  read(caseId: string): Promise<object | undefined>
  /** False: there is no such case. */
  mark(marking: Marking): Promise<boolean>
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NO_SUCH_CASE = 'there is no such case'

const MarkBody = Type.Object(
  { mark: Word(MARKS, 'what the analyst says of the case'), note: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false },
)
const isMarkBody = TypeCompiler.Compile(MarkBody)

export function createCaseList({ list }: SharingCases) {
  return async ({ query }: Asked): Promise<Answer> => {
    const asked = query.get('status')
    const status = MARKS.find((mark) => mark === asked)
    if (asked !== null && status === undefined) return failure('invalid_message', `status: ${MARKS.join(', ')}`)
    return json(await list(status))
  }
}

export function createCaseReading({ read }: SharingCases) {
  return async ({ parameter }: Asked): Promise<Answer> => {
    if (!UUID.test(parameter)) return failure('invalid_message', 'case_id: a UUID in lower case')
    const found = await read(parameter)
    return found === undefined ? failure('not_found', NO_SUCH_CASE) : json(found)
  }
}

/** Who marked it is whoever the token names, whatever the body says. */
export function createCaseMarking({ mark, read }: SharingCases) {
  return async ({ parameter, body }: Asked, { accountId }: Subject): Promise<Answer> => {
    if (!UUID.test(parameter)) return failure('invalid_message', 'case_id: a UUID in lower case')
    const wish = markOf(body)
    if (wish === undefined)
      return failure(
        'invalid_message',
        `JSON with mark (${MARKS.join(', ')}) and, if it is wanted, note (1000 characters)`,
      )
    const note = (wish.note ?? '').replaceAll('\0', '')
    if (!(await mark({ caseId: parameter, mark: wish.mark, by: accountId, note })))
      return failure('not_found', NO_SUCH_CASE)
    const found = await read(parameter)
    return found === undefined ? failure('not_found', NO_SUCH_CASE) : json(found)
  }
}

function markOf(body: string): Static<typeof MarkBody> | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  return isMarkBody.Check(value) ? value : undefined
}
