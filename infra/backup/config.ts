/** Owns where backups go and by which keys they are sealed, read from the environment. */

import { resolve } from 'node:path'
import {
  BACKUP_KEYS_VARIABLE,
  BACKUP_STORE_VARIABLES,
  type MasterKeysConfig,
  masterKeysConfig,
} from '../personal/config.ts'
import { type EnvReader, readEnv } from '../runtime/env.ts'
import { dataFolder, inDataFolder } from '../stack/folders.ts'
import { bucketPlace } from './bucket-place.ts'
import { folderPlace } from './folder-place.ts'
import type { Place } from './place.ts'

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(.*)$/

export const backupKeysConfig = (read: EnvReader): MasterKeysConfig => masterKeysConfig(read, BACKUP_KEYS_VARIABLE)

/** @param named a folder or `s3://bucket/prefix`; undefined: as the environment says, or else in the data folder. */
export async function placeOf(env: NodeJS.ProcessEnv, named: string | undefined): Promise<Place> {
  const wanted = named ?? (env.SEGUE_BACKUP_TO?.trim() || inDataFolder.backups(dataFolder(env)))
  const [, bucket, prefix = ''] = BUCKET.exec(wanted) ?? []
  if (bucket === undefined) return folderPlace(resolve(wanted))
  const config = readEnv(env, (read) => ({
    url: read.url('SEGUE_BACKUP_STORE_URL', ['http', 'https']),
    accessKey: read.secret(BACKUP_STORE_VARIABLES[0]),
    secretKey: read.secret(BACKUP_STORE_VARIABLES[1]),
    region: read.text('SEGUE_BACKUP_STORE_REGION', 'us-east-1'),
    bucket,
  }))
  return await bucketPlace(config, prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`)
}
