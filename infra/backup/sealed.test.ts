/** Owns the tests of what is sealed: which change to which file is found, and which backups are kept. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLocalMasterKeys } from '../personal/local-master-keys.ts'
import { readEnv } from '../runtime/env.ts'
import { backupKeysConfig } from './config.ts'
import { removeOldBackups } from './create-backup.ts'
import { openSealed, putSealed } from './envelope.ts'
import { folderPlace } from './folder-place.ts'
import { backupIds, idOf, openManifest, timeOf } from './manifest.ts'
import { requireSameSchema, schemaVersions } from './schema-versions.ts'
import { flawOf, openSealedFile, putSealedFile, rowsName } from './sealed-file.ts'

const CHUNK = 65_536 + 16
const keysOf = (keys: string) => createLocalMasterKeys(readEnv({ SEGUE_BACKUP_KEYS: keys }, backupKeysConfig))
const masterKeys = keysOf(`one=${'a'.repeat(40)}`)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-sealed-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function written(clear: Buffer, name = 'minio/x.age') {
  const place = folderPlace(folder)
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const file = await putSealedFile(place, 'id', { name, recipient, clear: Readable.from([clear]) })
  const path = join(folder, 'id', name)
  return { place, identity, file, path, open: async () => buffer(await openSealedFile(place, 'id', name, identity)) }
}

test('a file of many chunks opens as it was, packed or not, and rows take less than they had', async () => {
  const bytes = randomBytes(300_000)
  expect((await (await written(bytes)).open()).equals(bytes)).toBe(true)
  const rows = Buffer.from('{"a":1,"b":"the same again"}\n'.repeat(20_000))
  const { open, file } = await written(rows, rowsName('postgres', 't'))
  expect((await open()).equals(rows)).toBe(true)
  expect(file.bytes).toBeLessThan(rows.length / 10)
})

test('chunks that were cut off, swapped, doubled or altered do not open, and are a flaw by themselves', async () => {
  const bytes = randomBytes(300_000)
  const { place, open, file, path } = await written(bytes)
  const whole = await readFile(path)
  expect(await flawOf(place, 'id', file)).toBeUndefined()
  // The header, and the nonce of the payload, come before the first chunk.
  const first = whole.length - (bytes.length + 16 * Math.ceil(bytes.length / 65_536))
  const chunk = (n: number) => whole.subarray(first + n * CHUNK, first + (n + 1) * CHUNK)
  const head = whole.subarray(0, first)
  const rest = whole.subarray(first + 2 * CHUNK)
  const altered = Buffer.from(whole)
  altered[first + 70_000] = (altered[first + 70_000] ?? 0) ^ 1
  for (const spoiled of [
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, first + 2 * CHUNK),
    Buffer.concat([head, chunk(1), chunk(0), rest]),
    Buffer.concat([head, chunk(0), chunk(0), chunk(1), rest]),
    altered,
  ]) {
    await writeFile(path, spoiled)
    await expect(open()).rejects.toThrow()
    expect(await flawOf(place, 'id', file)).toMatch(/id\/minio\/x\.age (has \d+ bytes, and had \d+|was altered)/)
  }
  await rm(path)
  expect(await flawOf(place, 'id', file)).toBe('id/minio/x.age is missing')
  await expect(open()).rejects.toThrow('id/minio/x.age is missing: take another backup')
})

test('a sealed document opens for its key and its name alone, and not once it was altered', async () => {
  const place = folderPlace(folder)
  await putSealed(place, 'm.json', { masterKeys, about: 'backup:a', value: { n: 1 } })
  expect(await openSealed(place, 'm.json', { masterKeys, about: 'backup:a' })).toEqual({ n: 1 })
  expect(await openSealed(place, 'other.json', { masterKeys, about: 'backup:a' })).toBeUndefined()
  const refused = async (says: string, keys = masterKeys, about = 'backup:a') =>
    await expect(openSealed(place, 'm.json', { masterKeys: keys, about })).rejects.toThrow(says)
  await refused('m.json is not opened', masterKeys, 'backup:b')
  await refused('there is no master key one: give it in SEGUE_BACKUP_KEYS', keysOf(`two=${'b'.repeat(40)}`))
  await refused('was not wrapped by the master key one as it is now', keysOf(`one=${'b'.repeat(40)}`))
  const envelope = JSON.parse(await readFile(join(folder, 'm.json'), 'utf8'))
  const sealed = Buffer.from(envelope.sealed, 'base64')
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1
  await writeFile(join(folder, 'm.json'), JSON.stringify({ ...envelope, sealed: sealed.toString('base64') }))
  await refused('m.json was altered after it was written')
  await writeFile(join(folder, 'm.json'), 'half of it')
  await refused('m.json is no sealed document')
})

test('a manifest is of its own backup, and of the format that is read here', async () => {
  const place = folderPlace(folder)
  const id = '2026-11-30T03-15-00Z'
  await expect(openManifest(place, masterKeys, id)).rejects.toThrow(`there is no backup ${id}`)
  await putSealed(place, `${id}/manifest.json`, { masterKeys, about: `backup:${id}`, value: { format: 2, id } })
  await expect(openManifest(place, masterKeys, id)).rejects.toThrow('has format 2, this is a Segue of format 1')
})

test('rows of another version of the schema are not restored into this one', async () => {
  const ours = await schemaVersions()
  expect(() => requireSameSchema(ours, ours)).not.toThrow()
  expect(() => requireSameSchema(ours, { ...ours, clickhouse: '001.older.sql 00' })).toThrow(
    /the schema 001\.older\.sql 00 of clickhouse, this Segue makes .*: restore with the version that made it/,
  )
})

test('what broke off is no backup; old ones go, but never the newest', async () => {
  const place = folderPlace(folder)
  const now = Date.UTC(2026, 10, 30, 3, 15)
  const day = 86_400_000
  const put = (name: string) => place.put(name, Readable.from([Buffer.from('x')]))
  const id = (days: number) => idOf(new Date(now - days * day))
  expect(timeOf(id(0))).toBe(now)
  for (const days of [50, 40, 10]) await put(`${id(days)}/manifest.json`)
  await put(`${id(45)}/postgres/users.gz.age`)
  await put('erasures.json')
  await put('notes/of-mine.txt')
  await put('2024-05-01_03-15Z/of-another.txt')
  expect(await backupIds(place)).toEqual([id(50), id(40), id(10)])
  expect(await removeOldBackups(place, 35, now)).toEqual([id(50), id(40)])
  expect(await place.list('')).toEqual([
    '2024-05-01_03-15Z/of-another.txt',
    `${id(10)}/manifest.json`,
    'erasures.json',
    'notes/of-mine.txt',
  ])
  expect(await removeOldBackups(place, 1, now)).toEqual([])
  expect((await readdir(join(folder, id(10)))).length).toBe(1)
})
