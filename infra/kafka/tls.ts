/** Owns how brokers are spoken to by TLS: what is read of the environment, and what clients of Node and of Java are told of it. */

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { EnvReader } from '../runtime/env.ts'

export const TLS_VARIABLES = {
  mode: 'SEGUE_KAFKA_TLS',
  authority: 'SEGUE_KAFKA_TLS_CA',
  certificate: 'SEGUE_KAFKA_TLS_CERTIFICATE',
  key: 'SEGUE_KAFKA_TLS_KEY',
} as const

/** Paths of PEM files. */
export interface KafkaTls {
  /** Who signed the certificates of brokers; undefined: whoever the program trusts by itself. */
  readonly authority: string | undefined
  /** Where brokers ask for one of the client. */
  readonly own: { readonly certificate: string; readonly key: string } | undefined
}

/** Undefined: it is off, and what is said is read by whoever is between. */
export function tlsConfig(read: EnvReader): KafkaTls | undefined {
  const { mode, ...files } = TLS_VARIABLES
  const isOn = read.choice(mode, ['off', 'on'], 'off') === 'on'
  const path = (name: string) => read.text(name, '') || undefined
  const { authority, certificate, key } = {
    authority: path(files.authority),
    certificate: path(files.certificate),
    key: path(files.key),
  }
  if (!isOn) {
    // Whoever names a file means to be spoken to so.
    if (authority ?? certificate ?? key) read.refuse(`${mode} is off: set it to on, or no file of TLS`)
    return undefined
  }
  if ((certificate === undefined) !== (key === undefined))
    read.refuse(`${files.certificate} and ${files.key} are set together, or neither is`)
  return { authority, own: certificate && key ? { certificate, key } : undefined }
}

/** @throws {Error} when a file cannot be read, naming its variable. */
export function tlsOptions({ authority, own }: KafkaTls): ConnectionOptions {
  return {
    ...(authority === undefined ? {} : { ca: [pem(authority, TLS_VARIABLES.authority)] }),
    ...(own === undefined
      ? {}
      : { cert: pem(own.certificate, TLS_VARIABLES.certificate), key: pem(own.key, TLS_VARIABLES.key) }),
  }
}

/** Of a Java client; `key` may be a word by which it finds what {@link tlsKey} gives. */
export function javaTls({ authority, own }: KafkaTls, key: string): Readonly<Record<string, string>> {
  return {
    ...(authority === undefined ? {} : { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': authority }),
    ...(own === undefined
      ? {}
      : {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.certificate.chain': inOneLine(pem(own.certificate, TLS_VARIABLES.certificate)),
          'ssl.keystore.key': key,
        }),
  }
}

/** As Java's PEM stores take it, of PKCS#8. Empty where the client has none. */
export const tlsKey = ({ own }: KafkaTls): string =>
  own === undefined ? '' : inOneLine(pem(own.key, TLS_VARIABLES.key))

/** Java minds no line within a certificate, but finds the next one of a chain only on a line of its own. */
const inOneLine = (text: string): string =>
  text
    .trim()
    .replaceAll(/\r?\n/g, ' ')
    .replaceAll(/(-----END [A-Z ]+-----)\s+/g, '$1\n')

function pem(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`${variable} names a file that cannot be read: ${path}`, { cause })
  }
}
