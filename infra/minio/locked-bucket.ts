/** Owns a bucket from which nothing can be taken again: every name that was put into it is told for as long as it is locked, whatever was done since. */

import { RETENTION_MODES, RETENTION_VALIDITY_UNITS, S3Error } from 'minio'
import { StackProblem } from '../stack/problem.ts'
import { createMinioClient, type MinioClient } from './client.ts'
import type { MinioConfig } from './config.ts'

export interface LockedBucket {
  /** Of every object that was ever put, those hidden by a later version or a delete marker as well. */
  names(): Promise<readonly string[]>
  put(name: string, text: string): Promise<void>
}

/** By compliance: neither who put it nor the store's own administrator shortens it. */
const LOCK = { mode: RETENTION_MODES.COMPLIANCE, unit: RETENTION_VALIDITY_UNITS.YEARS }

/** @throws {StackProblem} when the store does not answer, or the bucket is there and without a lock. */
export async function openLockedBucket(config: MinioConfig, lockedForYears: number): Promise<LockedBucket> {
  const { bucket } = config
  const client = createMinioClient(config)
  await inStore(config, () => ensureLocked(client, config, lockedForYears))
  return {
    names: () => inStore(config, () => namesIn(client, bucket)),
    put: async (name, text) => {
      await inStore(config, () => client.putObject(bucket, name, text))
    },
  }
}

async function ensureLocked(client: MinioClient, { bucket, region }: MinioConfig, years: number): Promise<void> {
  if (!(await client.bucketExists(bucket))) {
    try {
      // Only a bucket that is made with it can have a lock.
      await client.makeBucket(bucket, region, { ObjectLocking: true })
    } catch (cause) {
      // Another process may have made it in between.
      if (!(await client.bucketExists(bucket))) throw cause
    }
  }
  // Whoever made it may have been killed before this.
  if ((await modeOf(client, bucket)) === 'none yet')
    await client.setObjectLockConfig(bucket, { ...LOCK, validity: years })
  if ((await modeOf(client, bucket)) === LOCK.mode) return
  throw new StackProblem(
    `the bucket ${bucket} has no lock of mode ${LOCK.mode}, so what is in it can be taken out: name one that is not there yet, and it is made with one`,
  )
}

async function modeOf(client: MinioClient, bucket: string): Promise<string | undefined> {
  try {
    // Its declaration says void, of the form that has a callback.
    const lock: unknown = await client.getObjectLockConfig(bucket)
    return (lock as { readonly mode?: string }).mode ?? 'none yet'
  } catch (cause) {
    if (cause instanceof S3Error && cause.code === 'ObjectLockConfigurationNotFoundError') return undefined
    throw cause
  }
}

async function namesIn(client: MinioClient, bucket: string): Promise<readonly string[]> {
  const names = new Set<string>()
  for await (const { name } of client.listObjects(bucket, '', true, { IncludeVersion: true })) names.add(String(name))
  return [...names]
}

async function inStore<T>({ url }: MinioConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof StackProblem) throw cause
    if (cause instanceof S3Error) throw new StackProblem(`MinIO says: ${cause.message}`, cause)
    throw new StackProblem(`MinIO does not answer at ${new URL(url).host}: start it with npm start`, cause)
  }
}
