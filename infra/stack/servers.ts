/** Owns the tables of servers and programs that the stack installs and starts. */

import { airflowServer } from '../airflow/server.ts'
import { clickhouseServer } from '../clickhouse/server.ts'
import { debeziumServer } from '../debezium/server.ts'
import { issuerServer } from '../issuer/server.ts'
import { kafkaServer } from '../kafka/server.ts'
import { keycloakServer } from '../keycloak/server.ts'
import { minioServer } from '../minio/server.ts'
import { nginxServer } from '../nginx/server.ts'
import { opensearchServer } from '../opensearch/server.ts'
import { postgresServer } from '../postgres/server.ts'
import { REDIS_PACKAGE, redisServer } from '../redis/server.ts'
import { supersetServer } from '../superset/server.ts'
import { gatewayApp, secondGatewayApp, workersApp } from './apps.ts'
import type { DebianProgram } from './apt.ts'
import type { AppName, ExtraName, PartDefinition, PartName, ServerName } from './part.ts'

export const SERVERS = {
  postgres: postgresServer,
  redis: redisServer,
  kafka: kafkaServer,
  clickhouse: clickhouseServer,
  minio: minioServer,
  issuer: issuerServer,
} as const satisfies Record<ServerName, PartDefinition>

export const EXTRAS = {
  superset: supersetServer,
  airflow: airflowServer,
  opensearch: opensearchServer,
  debezium: debeziumServer,
  nginx: nginxServer,
  keycloak: keycloakServer,
} as const satisfies Record<ExtraName, PartDefinition>

export const APPS = {
  gateway: gatewayApp,
  'gateway-2': secondGatewayApp,
  workers: workersApp,
} as const satisfies Record<AppName, PartDefinition>

export const PARTS = { ...SERVERS, ...EXTRAS, ...APPS } as const satisfies Record<PartName, PartDefinition>

export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[]
export const EXTRA_NAMES = Object.keys(EXTRAS) as ExtraName[]
export const APP_NAMES = Object.keys(APPS) as AppName[]
/** Started when all else is up: each keeps a core busy for half a minute, and nobody waits for them to listen. */
export const LAST_NAMES: readonly PartName[] = ['superset', 'airflow']

/** Debian's part: Redis, and ffmpeg, which turns music files into chunks. */
export const DEBIAN_PROGRAMS: readonly DebianProgram[] = [REDIS_PACKAGE, { commands: ['ffmpeg'], package: 'ffmpeg' }]

/** The browser that the tests look at the pages with. */
export const DEBIAN_TEST_PROGRAMS: readonly DebianProgram[] = [{ commands: ['chromium'], package: 'chromium' }]
