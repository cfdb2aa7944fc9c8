/** Owns that an erasure is known where backups are, as soon as it is done: one of before must not bring him back. */

import { createLocalMasterKeys } from '../personal/local-master-keys.ts'
import type { Pool } from '../postgres/client.ts'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { backupKeysConfig, placeOf } from './config.ts'
import { writeErasureList } from './erasure-list.ts'

/** Where no backup was ever begun there is nothing that could come back. */
export async function noteErasures(pool: Pool, say: (line: string) => void): Promise<void> {
  try {
    const place = await placeOf(process.env, undefined)
    if ((await place.list('')).length === 0) return
    await writeErasureList(pool, place, createLocalMasterKeys(readEnv(process.env, backupKeysConfig)))
    say(`noted beside the backups in ${place.title}`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StackProblem(
      `where backups are it is not known yet who was erased: ${why}; run segue backup erasures before any restore`,
      cause,
    )
  }
}
