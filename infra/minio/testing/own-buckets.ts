/** Owns buckets of a test's own, in the store that the tests share, with users who may do there what theirs may elsewhere. */

import type { EnvRecord } from '../../stack/env-file.ts'
import { prepareStore } from '../prepare.ts'
import { keyVariables, STORE_USER_NAMES, storeUserName } from '../users.ts'

/** The variables that name them, for programs that are to work there. */
export async function makeOwnBuckets(env: NodeJS.ProcessEnv, name: string): Promise<EnvRecord> {
  const users = STORE_USER_NAMES.map(
    (user) => [keyVariables(user).accessKey, `${storeUserName(user)}-${name}`] as const,
  )
  const own = {
    SEGUE_MINIO_BUCKET: `${name}-audio`,
    SEGUE_MINIO_REPORTS_BUCKET: `${name}-reports`,
    ...Object.fromEntries(users),
  }
  await prepareStore({ ...env, ...own })
  return own
}
