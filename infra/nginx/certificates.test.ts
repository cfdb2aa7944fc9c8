import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureCertificates } from './certificates.ts'

const DAY_MS = 86_400_000
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-tls-'))
})
afterEach(async () => await rm(folder, { recursive: true, force: true }))

const pem = async (path: string) => new X509Certificate(await readFile(path))

test('the certificate is of this machine’s names, signed by the authority of the folder, and every file is its owner’s alone', async () => {
  const { certificate, authority } = await ensureCertificates(folder)
  const server = await pem(certificate)
  expect(server.verify((await pem(authority)).publicKey)).toBe(true)
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(server.checkHost('localhost')).toBe('localhost')
  expect(server.ca).toBe(false)
  const names = await readdir(folder)
  expect(names.sort()).toEqual(['authority.key', 'authority.pem', 'server.key', 'server.pem'])
  for (const name of names) expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600)
})

test('a later start keeps them; what was lost or ends soon is made anew, and whoever trusts the authority need not be told', async () => {
  const { certificate, authority, key } = await ensureCertificates(folder)
  const first = await readFile(certificate, 'utf8')
  const trusted = await readFile(authority, 'utf8')
  await ensureCertificates(folder)
  expect(await readFile(certificate, 'utf8')).toBe(first)
  await rm(key)
  await ensureCertificates(folder)
  const second = await readFile(certificate, 'utf8')
  expect(second).not.toBe(first)
  await ensureCertificates(folder, Date.now() + 380 * DAY_MS)
  expect(await readFile(certificate, 'utf8')).not.toBe(second)
  expect(await readFile(authority, 'utf8')).toBe(trusted)
})
