/** Owns the table of ports: what listens on each, its default, and the variable that sets another. */

import { createServer } from 'node:net'
import getPort, { portNumbers } from 'get-port'
import { readEnv } from '../runtime/env.ts'
import { portHolder } from './port-holder.ts'
import { StackProblem } from './problem.ts'

export const HOST = '127.0.0.1'

interface PortRow {
  readonly variable: string
  readonly usual: number
  readonly wanted: string
  /** Of a program that does not take just any. */
  readonly from?: number
  readonly to?: number
}

export const PORT_TABLE = {
  postgres: { variable: 'SEGUE_POSTGRES_PORT', usual: 15_432, wanted: 'PostgreSQL' },
  redis: { variable: 'SEGUE_REDIS_PORT', usual: 16_379, wanted: 'Redis' },
  kafka: { variable: 'SEGUE_KAFKA_PORT', usual: 19_092, wanted: 'Kafka' },
  kafkaController: { variable: 'SEGUE_KAFKA_CONTROLLER_PORT', usual: 19_093, wanted: "Kafka's controller" },
  clickhouse: { variable: 'SEGUE_CLICKHOUSE_PORT', usual: 18_123, wanted: 'ClickHouse' },
  minio: { variable: 'SEGUE_MINIO_PORT', usual: 19_000, wanted: 'MinIO' },
  issuer: { variable: 'SEGUE_ISSUER_PORT', usual: 18_090, wanted: 'the issuer' },
  keycloak: { variable: 'SEGUE_KEYCLOAK_PORT', usual: 18_091, wanted: 'Keycloak' },
  keycloakManagement: {
    variable: 'SEGUE_KEYCLOAK_MANAGEMENT_PORT',
    usual: 18_092,
    wanted: "Keycloak's inner door",
  },
  gateway: { variable: 'SEGUE_GATEWAY_PORT', usual: 18_080, wanted: 'the gateway' },
  gateway2: { variable: 'SEGUE_GATEWAY_2_PORT', usual: 18_082, wanted: 'the second gateway' },
  superset: { variable: 'SEGUE_SUPERSET_PORT', usual: 18_088, wanted: 'Superset' },
  airflow: { variable: 'SEGUE_AIRFLOW_PORT', usual: 18_089, wanted: 'Airflow' },
  workers: { variable: 'SEGUE_WORKERS_PORT', usual: 18_081, wanted: 'the workers' },
  // Its runner takes none above, and none below 9,200.
  opensearch: { variable: 'SEGUE_OPENSEARCH_PORT', usual: 9_290, wanted: 'OpenSearch', from: 9_201, to: 9_299 },
  opensearchTransport: {
    variable: 'SEGUE_OPENSEARCH_TRANSPORT_PORT',
    usual: 19_300,
    wanted: "OpenSearch's inner door",
  },
  status: { variable: 'SEGUE_STATUS_PORT', usual: 18_084, wanted: 'the page of the stack' },
  debezium: { variable: 'SEGUE_DEBEZIUM_PORT', usual: 18_083, wanted: 'Debezium' },
  nginx: { variable: 'SEGUE_NGINX_PORT', usual: 18_443, wanted: 'NGINX' },
  nginxInner: { variable: 'SEGUE_NGINX_INNER_PORT', usual: 18_444, wanted: "NGINX's inner door" },
} as const satisfies Record<string, PortRow>

export type PortName = keyof typeof PORT_TABLE
export type Ports = Readonly<Record<PortName, number>>

/** Of a narrow range the last are left for whoever begins late in it. */
const NARROW = 80

const PORT_NAMES = Object.keys(PORT_TABLE) as PortName[]

/** The usual ports, each replaced where the environment names another. */
export function portsFrom(source: NodeJS.ProcessEnv): Ports {
  return readEnv(source, (read) => {
    const entries = PORT_NAMES.map((name) => {
      const { variable, usual, from = 1, to = 65_535 }: PortRow = PORT_TABLE[name]
      return [name, read.integer(variable, { min: from, max: to, fallback: usual })]
    })
    return Object.fromEntries(entries) as Record<PortName, number>
  })
}

/** Ports that are free now, below the range the system gives to outgoing connections, so that none of those takes one. */
export async function freePorts(): Promise<Ports> {
  const from = 20_000 + Math.floor(Math.random() * 100) * 100
  const chosen: [PortName, number][] = []
  for (const name of PORT_NAMES) {
    const row: PortRow = PORT_TABLE[name]
    // Another stack that chooses at this moment is not to begin at the same one.
    const first = row.from === undefined ? from : row.from + Math.floor(Math.random() * NARROW)
    const range = portNumbers(first, row.to ?? from + 499)
    chosen.push([name, await getPort({ host: HOST, port: range })])
  }
  return Object.fromEntries(chosen) as Record<PortName, number>
}

/** What the listen attempt said, or `undefined` when the port is free. */
async function listenError(port: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** One line about a port that cannot be had. */
export function portProblem(name: PortName, port: number, code: string, holder: string | undefined): string {
  const { wanted, variable } = PORT_TABLE[name]
  if (code === 'EACCES') {
    return `port ${port}, which ${wanted} wants, is reserved for root: set ${variable} to a free port above 1023`
  }
  const holds = holder === undefined ? 'is in use' : `is in use by ${holder}`
  return `port ${port}, which ${wanted} wants, ${holds}: end that program, or set ${variable} to a free port`
}

/**
 * Makes sure that every port of `names` can be listened on.
 * @throws {StackProblem} with one line for each port that cannot.
 */
export async function requireFreePorts(ports: Ports, names: readonly PortName[]): Promise<void> {
  const lines: string[] = []
  const seen = new Map<number, PortName>()
  for (const name of names) {
    const port = ports[name]
    const other = seen.get(port)
    seen.set(port, name)
    if (other !== undefined) {
      lines.push(
        `port ${port} is wanted by ${PORT_TABLE[other].wanted} and by ${PORT_TABLE[name].wanted}: set ${PORT_TABLE[name].variable} to another`,
      )
      continue
    }
    const code = await listenError(port)
    if (code !== undefined) lines.push(portProblem(name, port, code, await portHolder(port)))
  }
  if (lines.length > 0) throw new StackProblem(lines.join('\n'))
}
