/** Owns the development secrets: made at the first start, kept in the data folder, read by every later start. */

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { KAFKA_USER_NAMES, type KafkaUser } from '../kafka/users.ts'
import { STORE_USER_NAMES, type StoreUser } from '../minio/users.ts'
import { LOGIN_ROLES, type LoginRole } from '../postgres/roles.ts'
import { hasErrno } from './errno.ts'
import { writePrivateFile } from './private-file.ts'
import { StackProblem } from './problem.ts'

const SECRET_NAMES = [
  'postgres_password',
  ...LOGIN_ROLES.map((role): `postgres_${LoginRole}_password` => `postgres_${role}_password`),
  'redis_password',
  'kafka_password',
  ...KAFKA_USER_NAMES.map((user): `kafka_${KafkaUser}_password` => `kafka_${user}_password`),
  'clickhouse_password',
  'clickhouse_reader_password',
  'minio_access_key',
  'minio_secret_key',
  ...STORE_USER_NAMES.map((user): `minio_${StoreUser}_secret_key` => `minio_${user}_secret_key`),
  'ticket_secret',
  'address_secret',
  'master_key',
  'backup_key',
  'superset_secret',
  'superset_client_secret',
  'keycloak_admin_password',
  'keycloak_people_password',
  'keycloak_services_secret',
  'airflow_secret',
  'airflow_password',
] as const

export type SecretName = (typeof SECRET_NAMES)[number]
export type Secrets = Readonly<Record<SecretName, string>>

async function stored(path: string): Promise<Partial<Record<string, unknown>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<Record<string, unknown>>
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return {}
    throw new StackProblem(`${path} cannot be read as JSON: restore it, or run npm run reset to begin anew`, error)
  }
}

/** The secrets of `path`; those that are missing are made and written. Values need no escaping in a URL or a shell. */
export async function ensureSecrets(path: string): Promise<Secrets> {
  const known = await stored(path)
  const entries = SECRET_NAMES.map((name) => {
    const value = known[name]
    return [name, typeof value === 'string' && value !== '' ? value : randomBytes(20).toString('hex')]
  })
  const secrets = Object.fromEntries(entries) as Record<SecretName, string>
  if (SECRET_NAMES.some((name) => known[name] !== secrets[name])) {
    await writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`)
  }
  return secrets
}
