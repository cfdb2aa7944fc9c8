/** Owns the environment record of a stack: every address and secret its programs read, ours or configured. */

import { CLICKHOUSE_READER, CLICKHOUSE_USER } from '../clickhouse/server.ts'
import { KAFKA_USER_NAMES, loginVariables } from '../kafka/users.ts'
import { SERVICES_SECRET_VARIABLE } from '../keycloak/config.ts'
import { accountsAddress, realmAddress } from '../keycloak/server.ts'
import { keyVariables, STORE_USER_NAMES, storeUserName } from '../minio/users.ts'
import { EDGE_ADDRESS } from '../nginx/server.ts'
import { addressOf, addressVariable, databaseRole, LOGIN_ROLES } from '../postgres/roles.ts'
import { SMALL_CELLS_VARIABLE } from '../questions/least-listeners.ts'
import type { EnvRecord } from './env-file.ts'
import type { ExtraName, ServerName } from './part.ts'
import { HOST, type Ports } from './ports.ts'
import { StackProblem } from './problem.ts'
import type { Secrets } from './secrets.ts'

/** A server whose address is set here is somebody else's to run. */
const CONFIGURED_BY: Readonly<Record<ServerName | ExtraName, string>> = {
  postgres: 'SEGUE_POSTGRES_URL',
  redis: 'SEGUE_REDIS_URL',
  kafka: 'SEGUE_KAFKA_BROKERS',
  clickhouse: 'SEGUE_CLICKHOUSE_URL',
  minio: 'SEGUE_MINIO_URL',
  issuer: 'SEGUE_ISSUER_URL',
  superset: 'SEGUE_SUPERSET_URL',
  airflow: 'SEGUE_AIRFLOW_URL',
  opensearch: 'SEGUE_OPENSEARCH_URL',
  debezium: 'SEGUE_DEBEZIUM_URL',
  nginx: 'SEGUE_NGINX_URL',
  // Whoever signs people in: this one in place of ours.
  keycloak: 'SEGUE_ISSUER_URL',
}

export function isConfigured(name: ServerName | ExtraName, source: NodeJS.ProcessEnv): boolean {
  return Boolean(source[CONFIGURED_BY[name]]?.trim())
}

/**
 * The record: our own addresses, then whatever `source` sets above them.
 * @throws {StackProblem} when a configured store or broker comes without its keys.
 */
export function stackEnvironment(
  ports: Ports,
  secrets: Secrets,
  source: NodeJS.ProcessEnv,
  extras: readonly ExtraName[] = [],
): EnvRecord {
  if (isConfigured('minio', source) && !(source.SEGUE_MINIO_ACCESS_KEY && source.SEGUE_MINIO_SECRET_KEY)) {
    throw new StackProblem('SEGUE_MINIO_URL is set: set SEGUE_MINIO_ACCESS_KEY and SEGUE_MINIO_SECRET_KEY as well')
  }
  const passwords = (['admin', ...KAFKA_USER_NAMES] as const).map((user) => loginVariables(user).password)
  const lacking = source.SEGUE_KAFKA_SASL === 'none' ? [] : passwords.filter((name) => !source[name]?.trim())
  if (isConfigured('kafka', source) && lacking.length > 0) {
    throw new StackProblem(
      `SEGUE_KAFKA_BROKERS is set: set ${lacking.join(', ')} as well, or SEGUE_KAFKA_SASL=none where the brokers let everybody in`,
    )
  }
  const ownIssuer = extras.includes('keycloak') ? realmAddress(HOST, ports) : `http://${HOST}:${ports.issuer}`
  const postgres =
    source.SEGUE_POSTGRES_URL?.trim() || `postgres://segue:${secrets.postgres_password}@${HOST}:${ports.postgres}/segue`
  const logins = LOGIN_ROLES.map((role) => {
    const address = addressOf(postgres, databaseRole(role), secrets[`postgres_${role}_password`])
    return [addressVariable(role), address] as const
  })
  const storeKeys = STORE_USER_NAMES.flatMap((user) => {
    const { accessKey, secretKey } = keyVariables(user)
    return [[accessKey, storeUserName(user)] as const, [secretKey, secrets[`minio_${user}_secret_key`]] as const]
  })
  const kafkaPasswords = KAFKA_USER_NAMES.map(
    (user) => [loginVariables(user).password, secrets[`kafka_${user}_password`]] as const,
  )
  const own = {
    SEGUE_POSTGRES_URL: postgres,
    ...Object.fromEntries(logins),
    SEGUE_REDIS_URL: `redis://:${secrets.redis_password}@${HOST}:${ports.redis}`,
    SEGUE_KAFKA_BROKERS: `${HOST}:${ports.kafka}`,
    SEGUE_KAFKA_SASL: 'plain',
    SEGUE_KAFKA_PASSWORD: secrets.kafka_password,
    ...Object.fromEntries(kafkaPasswords),
    SEGUE_CLICKHOUSE_URL: `http://${CLICKHOUSE_USER}:${secrets.clickhouse_password}@${HOST}:${ports.clickhouse}/segue`,
    ...(isConfigured('clickhouse', source)
      ? {}
      : {
          SEGUE_CLICKHOUSE_READER_URL: `http://${CLICKHOUSE_READER}:${secrets.clickhouse_reader_password}@${HOST}:${ports.clickhouse}/segue`,
        }),
    SEGUE_MINIO_URL: `http://${HOST}:${ports.minio}`,
    SEGUE_MINIO_ACCESS_KEY: secrets.minio_access_key,
    SEGUE_MINIO_SECRET_KEY: secrets.minio_secret_key,
    ...Object.fromEntries(storeKeys),
    SEGUE_MINIO_BUCKET: 'segue-audio',
    SEGUE_ISSUER_URL: ownIssuer,
    SEGUE_AUDIENCE: 'segue-gateway',
    ...(extras.includes('keycloak')
      ? {
          SEGUE_KEYCLOAK_ACCOUNTS_URL: accountsAddress(HOST, ports),
          [SERVICES_SECRET_VARIABLE]: secrets.keycloak_services_secret,
        }
      : {}),
    SEGUE_SUPERSET_URL: `http://${HOST}:${ports.superset}`,
    SEGUE_SUPERSET_CLIENT_ID: 'segue-superset',
    SEGUE_SUPERSET_CLIENT_SECRET: secrets.superset_client_secret,
    SEGUE_AIRFLOW_URL: `http://${HOST}:${ports.airflow}`,
    // Whoever searches does without where it is left out, and must not ask at an address where nothing is.
    ...(extras.includes('opensearch') ? { SEGUE_OPENSEARCH_URL: `http://${HOST}:${ports.opensearch}` } : {}),
    ...(extras.includes('nginx') ? edge(`https://${HOST}:${ports.nginx}`) : {}),
    // Past the edge: no issuer knows our authority, and many ends of sign-ins at once are no flood.
    SEGUE_BACKCHANNEL_ORIGIN: `http://${HOST}:${ports.gateway}`,
    // A demo has three listeners; whoever starts a gateway by itself has the default.
    [SMALL_CELLS_VARIABLE]: '1',
    SEGUE_TICKET_SECRET: secrets.ticket_secret,
    SEGUE_ADDRESS_SECRET: secrets.address_secret,
    SEGUE_MASTER_KEYS: `first=${secrets.master_key}`,
    SEGUE_BACKUP_KEYS: `first=${secrets.backup_key}`,
    SEGUE_GATEWAY_HOST: HOST,
    SEGUE_GATEWAY_PORT: String(ports.gateway),
    SEGUE_WORKERS_HOST: HOST,
    SEGUE_WORKERS_PORT: String(ports.workers),
    SEGUE_LOG_LEVEL: 'info',
  }
  const given = Object.entries(source).flatMap(([name, value]) => {
    const text = value?.trim() ?? ''
    return name.startsWith('SEGUE_') && text !== '' ? [[name, text] as const] : []
  })
  return { ...own, ...Object.fromEntries(given) }
}

/** Where the pages are then, to which a sign-in goes back, and whose word of its clients is taken. */
function edge(url: string): EnvRecord {
  return { SEGUE_NGINX_URL: url, SEGUE_GATEWAY_ORIGIN: url, SEGUE_TRUSTED_PROXIES: EDGE_ADDRESS }
}
