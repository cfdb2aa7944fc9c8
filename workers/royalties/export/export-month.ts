/** Owns `segue royalties export`: what the store has of a month is looked at, and what is missing is put again, to the byte. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { type Close, closeOf, filesOf, statusOf } from '../close/close-book.ts'
import type { CloseStores } from '../close/close-month.ts'
import { CONTENT_TYPES, documentsOf } from '../close/documents.ts'
import { type Finding, Findings, refuse } from '../close/findings.ts'
import { packedBeside, putFrozen, takeFrozen } from '../close/frozen-object.ts'
import { monthSpan } from '../close/month-span.ts'
import { takeSnapshot } from '../close/snapshot.ts'
import { inFolder, reckonFrozen, type WrittenMonth } from '../close/written-month.ts'

export interface Exported {
  readonly month: string
  readonly status: 'whole' | 'refused'
  readonly files: number
  readonly put_again: readonly string[]
  readonly findings: readonly Finding[]
}

export async function exportMonth(
  { pool, reports }: CloseStores,
  month: string,
  step: (done: string) => void,
): Promise<Exported> {
  const { firstDay } = monthSpan(month)
  const close = await closeOf(pool, firstDay)
  if (close === undefined || (await statusOf(pool, firstDay)) !== 'closed')
    throw refuse('not-closed', `${month} was ${close === undefined ? 'not' : 'frozen, and not yet'} closed`)
  const known = await filesOf(pool, firstDay)
  const putAgain: string[] = []
  const findings: Finding[] = []
  return await inFolder(async (folder) => {
    const path = join(folder, 'inputs.jsonl')
    const { month: reckoned, written, settlements } = await wholeMonth(close, path)
    for await (const { key, kind, bytes, hash } of documentsOf(reckoned, written, settlements)) {
      const before = known.get(key)
      if (before === undefined) throw new StackProblem(`${key} is of the month, and royalty_files has no row of it`)
      if (before.contentHash !== hash)
        throw new StackProblem(`${key} is made as ${hash}, and was written as ${before.contentHash}`)
      const found = await hashOf(key)
      if (found === undefined) {
        await reports.putBytes({ key, contentType: CONTENT_TYPES[kind], hash }, bytes)
        putAgain.push(key)
        step(`${key} is put again`)
      } else if (found !== hash)
        findings.push({ name: 'object-differs', what: `${key} has the hash ${found}, and had ${hash}` })
    }
    return {
      month,
      status: findings.length === 0 ? 'whole' : 'refused',
      files: known.size,
      put_again: putAgain,
      findings,
    }
  })

  async function wholeMonth(frozen: Close, path: string): Promise<WrittenMonth> {
    const object = await reports.get(frozen.objectKey)
    if (object !== undefined) {
      object.destroy()
      await takeFrozen(reports, frozen, path)
      return await reckonFrozen(path, frozen)
    }
    await readAgain(frozen, path)
    const { done, packed } = await packedBeside(path, () => reckonFrozen(path, frozen))
    await putFrozen(reports, frozen, packed)
    putAgain.push(frozen.objectKey)
    return done
  }

  async function hashOf(key: string): Promise<string | undefined> {
    const object = await reports.get(key)
    if (object === undefined) return undefined
    const hash = createHash('sha256')
    for await (const chunk of object) hash.update(chunk as Buffer)
    return hash.digest('hex')
  }

  /** As long as the books say what they said then. */
  async function readAgain({ objectKey, inputHash, streamsUntil }: Close, path: string): Promise<void> {
    const { file } = await takeSnapshot(pool, { month, until: streamsUntil, path, findings: new Findings() })
    if (file.inputHash !== inputHash)
      throw refuse('inputs-missing', `${objectKey} is not in the store, and the books have other rows than they had`)
  }
}
