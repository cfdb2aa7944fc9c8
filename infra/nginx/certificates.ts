/** Owns the certificate of the development edge: signed by an authority of this data folder, made by OpenSSL, renewed before it ends. */

import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno } from '../stack/errno.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { runOpenssl } from './run-openssl.ts'

export interface Certificates {
  /** What a client trusts; the only one of these files that others may have. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const DAY_MS = 86_400_000
/** Browsers take none of more than 398 days. */
const SERVER_DAYS = 397
const AUTHORITY_DAYS = 3_650
/** One that ends sooner is made anew at a start. */
const RENEW_BEFORE_DAYS = 30
const NAMES = { dns: ['localhost'], ip: ['127.0.0.1', '::1'] } as const

export const certificatesIn = (folder: string): Certificates => ({
  authority: join(folder, 'authority.pem'),
  certificate: join(folder, 'server.pem'),
  key: join(folder, 'server.key'),
})

/** The files of `folder`, made where they are missing, end soon, or do not belong together. Each is of mode 0600. */
export async function ensureCertificates(folder: string, now = Date.now()): Promise<Certificates> {
  const files = certificatesIn(folder)
  const authorityKey = join(folder, 'authority.key')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let authority = await certificateOf(files.authority)
  if (authority === undefined || endsBefore(authority, now + SERVER_DAYS * DAY_MS) || !(await has(authorityKey))) {
    const made = await makeAuthority()
    await writePrivateFile(authorityKey, made.key)
    await writePrivateFile(files.authority, made.certificate)
    authority = new X509Certificate(made.certificate)
  }
  const server = await certificateOf(files.certificate)
  const good = server?.verify(authority.publicKey) === true && !endsBefore(server, now + RENEW_BEFORE_DAYS * DAY_MS)
  if (good && (await has(files.key))) return files
  const made = await makeServer(folder, files.authority, authorityKey)
  await writePrivateFile(files.key, made.key)
  await writePrivateFile(files.certificate, made.certificate)
  return files
}

const endsBefore = (certificate: X509Certificate, ms: number): boolean => Date.parse(certificate.validTo) < ms

async function text(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const has = async (path: string): Promise<boolean> => (await text(path)) !== undefined

async function certificateOf(path: string): Promise<X509Certificate | undefined> {
  const pem = await text(path)
  return pem === undefined ? undefined : new X509Certificate(pem)
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-'] as const

/** Key and certificate come one after the other, on one output: no file of another mode in between. */
function parted(output: string): { key: string; certificate: string } {
  const at = output.indexOf('-----BEGIN CERTIFICATE')
  return { key: output.slice(0, at), certificate: output.slice(at) }
}

async function makeAuthority() {
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']
  const output = await runOpenssl([
    ...['req', '-x509', ...NEW_KEY, '-days', String(AUTHORITY_DAYS), '-subj', '/CN=Segue development authority'],
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ])
  return parted(output)
}

async function makeServer(folder: string, authority: string, authorityKey: string) {
  const names = [...NAMES.dns.map((name) => `DNS:${name}`), ...NAMES.ip.map((address) => `IP:${address}`)]
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${names.join(',')}`,
  ]
  const request = join(folder, 'server.csr')
  try {
    const asked = await runOpenssl([
      ...['req', '-new', ...NEW_KEY, '-subj', '/CN=Segue development edge'],
      ...extensions.flatMap((extension) => ['-addext', extension]),
    ])
    const at = asked.indexOf('-----BEGIN CERTIFICATE REQUEST')
    await writePrivateFile(request, asked.slice(at))
    const certificate = await runOpenssl([
      ...['x509', '-req', '-in', request, '-CA', authority, '-CAkey', authorityKey],
      ...['-days', String(SERVER_DAYS), '-copy_extensions', 'copyall'],
    ])
    return { key: asked.slice(0, at), certificate }
  } finally {
    await rm(request, { force: true })
  }
}
