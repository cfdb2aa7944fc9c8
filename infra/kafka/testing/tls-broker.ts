/** Owns a broker of a test's own that is reached by TLS: at one door by whoever trusts it, at another by who shows a certificate too. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { ensureCertificates } from '../../nginx/certificates.ts'
import { runOpenssl } from '../../nginx/run-openssl.ts'
import { HOST } from '../../stack/ports.ts'
import { writePrivateFile } from '../../stack/private-file.ts'
import { type BrokerPlace, findBrokerPlace } from './own-broker.ts'

export interface TlsBroker {
  readonly place: BrokerPlace
  /** Of its doors by TLS. */
  readonly addresses: { readonly tls: string; readonly mutual: string }
  readonly authority: string
  /** Of a client, by the same authority. */
  readonly own: { readonly certificate: string; readonly key: string }
  forget(): Promise<void>
}

export async function findTlsBroker(): Promise<TlsBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-kafka-tls-'))
  const server = await ensureCertificates(folder)
  // As Java wants it: one file with both.
  const keystore = join(folder, 'keystore.pem')
  await writePrivateFile(keystore, (await Promise.all([server.key, server.certificate].map(text))).join(''))
  const addresses = {
    tls: `${HOST}:${await getPort({ host: HOST })}`,
    mutual: `${HOST}:${await getPort({ host: HOST })}`,
  }
  const doors = Object.entries(addresses)
  const place = await findBrokerPlace((usual) => ({
    listeners: [usual.listeners, ...doors.map(([name, address]) => `${name}://${address}`)].join(),
    'advertised.listeners': [usual['advertised.listeners'], ...doors.map(([name, at]) => `${name}://${at}`)].join(),
    'listener.security.protocol.map': [
      usual['listener.security.protocol.map'],
      ...doors.map(([name]) => `${name}:SASL_SSL`),
    ].join(),
    ...Object.assign({}, ...doors.map(([name]) => doorSettings(name, keystore, usual))),
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.truststore.type': 'PEM',
    'listener.name.mutual.ssl.truststore.location': server.authority,
  }))
  return {
    place,
    addresses,
    authority: server.authority,
    own: await makeClient(folder, server.authority),
    forget: async () => await rm(folder, { recursive: true, force: true }),
  }
}

const text = (path: string) => readFile(path, 'utf8')

const LOGINS = 'plain.sasl.jaas.config'

const doorSettings = (name: string, keystore: string, usual: Readonly<Record<string, string | number>>) => ({
  [`listener.name.${name}.ssl.keystore.type`]: 'PEM',
  [`listener.name.${name}.ssl.keystore.location`]: keystore,
  [`listener.name.${name}.${LOGINS}`]: usual[`listener.name.clients.${LOGINS}`] ?? '',
})

async function makeClient(folder: string, authority: string): Promise<TlsBroker['own']> {
  const own = { certificate: join(folder, 'client.pem'), key: join(folder, 'client.key') }
  const request = join(folder, 'client.csr')
  await runOpenssl([
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'],
    ...['-keyout', own.key, '-out', request, '-subj', '/CN=a client', '-addext', 'extendedKeyUsage=clientAuth'],
  ])
  await runOpenssl([
    ...['x509', '-req', '-in', request, '-CA', authority, '-CAkey', join(folder, 'authority.key')],
    ...['-days', '2', '-copy_extensions', 'copyall', '-out', own.certificate],
  ])
  return own
}
