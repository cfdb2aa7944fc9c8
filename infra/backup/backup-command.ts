/** Owns `segue backup`: PostgreSQL, ClickHouse and the object store into encrypted files, and from them onto empty servers. */

import { Command } from 'commander'
import { wholeNumber } from '../cli/whole-number.ts'
import { createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { retentionConfig } from '../clickhouse/retention.ts'
import { bucketNames, minioConfig } from '../minio/config.ts'
import { createLocalMasterKeys } from '../personal/local-master-keys.ts'
import { postgresConfig } from '../postgres/config.ts'
import { withPool } from '../postgres/with-pool.ts'
import { type EnvReader, readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { backupKeysConfig, placeOf } from './config.ts'
import { type BackupTarget, createBackup, removeOldBackups } from './create-backup.ts'
import { writeErasureList } from './erasure-list.ts'
import { backupIds, filesOf } from './manifest.ts'
import { WHOLE_DAY_MS } from './postgres-out.ts'
import { restoreBackup, verifyBackup } from './restore-backup.ts'

const PLACE = 'a folder, or s3://bucket/prefix of the store at SEGUE_BACKUP_STORE_URL; SEGUE_BACKUP_TO unless given'
const POOL = { queryTimeoutMs: WHOLE_DAY_MS, idleInTransactionMs: WHOLE_DAY_MS }

export function backupCommand(): Command {
  return new Command('backup')
    .description('PostgreSQL, ClickHouse and the object store, encrypted; and the way back')
    .addHelpText(
      'after',
      '\nSealed by the first key of SEGUE_BACKUP_KEYS (name=secret,…), which is kept apart from what it seals: without it nothing comes back.' +
        '\nRedis, Kafka and OpenSearch are not in it: infra/backup/README.md says why, and what to do after a restore.',
    )
    .addCommand(
      new Command('create')
        .description('take a backup; the servers go on meanwhile')
        .option('--to <place>', PLACE)
        .option('--without-audio', 'leave out the chunks of music, for a store that is copied in another way')
        .option('--keep <days>', 'then remove backups that are older', wholeNumber(1, 3_650))
        .action(create),
    )
    .addCommand(new Command('list').description('which backups there are').option('--in <place>', PLACE).action(list))
    .addCommand(
      new Command('verify')
        .description('whether every file is there, byte for byte as it was written')
        .argument('[id]', 'the newest unless given')
        .option('--in <place>', PLACE)
        .action(verify),
    )
    .addCommand(
      new Command('restore')
        .description('onto empty servers, those of the addresses that are set; refuses any that is not')
        .argument('[id]', 'the newest unless given')
        .option('--from <place>', PLACE)
        .action(restore),
    )
    .addCommand(
      new Command('erasures')
        .description(
          'bring the list of who was erased up to date, without which nothing is restored; erase does so too',
        )
        .option('--to <place>', PLACE)
        .action(erasures),
    )
}

const say = (line: string) => console.log(line)
/** @param user of the object store: who reads for a backup, and who makes buckets and fills them again. */
export const serversConfig = (read: EnvReader, user: 'reader' | 'admin') => ({
  postgres: postgresConfig(read, 'admin'),
  clickhouse: clickhouseConfig(read),
  retention: retentionConfig(read).days,
  buckets: {
    reports: { ...minioConfig(read, user), bucket: bucketNames(read).reports },
    audio: minioConfig(read, user),
  },
})

async function targetOf(named: string | undefined): Promise<BackupTarget> {
  const masterKeys = createLocalMasterKeys(readEnv(process.env, backupKeysConfig))
  return { place: await placeOf(process.env, named), masterKeys, say }
}

async function create(flags: { readonly to?: string; readonly withoutAudio?: true; readonly keep?: number }) {
  const target = await targetOf(flags.to)
  const config = readEnv(process.env, (read) => serversConfig(read, 'reader'))
  const clickhouse = createClickHouse(config.clickhouse, { application: 'segue-backup' })
  const since = performance.now()
  try {
    const manifest = await withPool(config.postgres.url, { applicationName: 'segue-backup', ...POOL }, (postgres) =>
      createBackup({ postgres, clickhouse, buckets: config.buckets }, target, {
        withAudio: flags.withoutAudio !== true,
      }),
    )
    if (flags.keep !== undefined) {
      for (const id of await removeOldBackups(target.place, flags.keep, Date.now())) say(`removed ${id}`)
    }
    const bytes = filesOf(manifest).reduce((sum, file) => sum + file.bytes, 0)
    const seconds = (performance.now() - since) / 1_000
    say(`${(bytes / 1e6).toFixed(1)} MB into ${target.place.title} in ${seconds.toFixed(1)} s`)
    say(JSON.stringify({ backup: manifest.id, takenAt: manifest.takenAt, bytes, seconds: Math.round(seconds) }))
  } finally {
    await clickhouse.close()
  }
}

async function list({ in: named }: { readonly in?: string }) {
  const place = await placeOf(process.env, named)
  const ids = await backupIds(place)
  if (ids.length === 0) say(`no backup is in ${place.title}`)
  for (const id of ids) say(id)
}

async function newest({ place }: BackupTarget): Promise<string> {
  const id = (await backupIds(place)).at(-1)
  if (id === undefined) throw new StackProblem(`no backup is in ${place.title}: segue backup create takes one`)
  return id
}

async function verify(id: string | undefined, { in: named }: { readonly in?: string }) {
  const target = await targetOf(named)
  await verifyBackup(target, id ?? (await newest(target)))
}

async function restore(id: string | undefined, { from }: { readonly from?: string }) {
  const target = await targetOf(from)
  const config = readEnv(process.env, (read) => serversConfig(read, 'admin'))
  const since = performance.now()
  const manifest = await restoreBackup({ env: process.env, ...config }, target, id ?? (await newest(target)))
  const seconds = (performance.now() - since) / 1_000
  say(`restored in ${seconds.toFixed(1)} s; what to do now: infra/backup/README.md, "After a restore"`)
  say(JSON.stringify({ backup: manifest.id, takenAt: manifest.takenAt, seconds: Math.round(seconds) }))
}

async function erasures({ to }: { readonly to?: string }) {
  const { place, masterKeys } = await targetOf(to)
  const { url } = readEnv(process.env, (read) => postgresConfig(read, 'admin'))
  await withPool(url, { applicationName: 'segue-backup' }, async (pool) => {
    say(`${await writeErasureList(pool, place, masterKeys)} erased are in the list`)
  })
}
