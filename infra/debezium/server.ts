/** Owns how Debezium is installed and started natively: Kafka Connect of one process, with one connector. */

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kafkaConfig } from '../kafka/config.ts'
import { javaClient } from '../kafka/sign-in.ts'
import { tlsKey } from '../kafka/tls.ts'
import { addressVariable } from '../postgres/roles.ts'
import { type EnvReader, readEnv } from '../runtime/env.ts'
import type { EnvRecord } from '../stack/env-file.ts'
import { propertiesText } from '../stack/java-properties.ts'
import { classPathOf, fromMaven, javaFor, type MavenProgram } from '../stack/maven.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart } from '../stack/part.ts'
import { versionInPom } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { beginCapture } from './capture.ts'
import {
  CONNECTOR_NAME,
  connectorSettings,
  KAFKA_KEY_VARIABLE,
  KAFKA_PASSWORD_VARIABLE,
  PASSWORD_VARIABLE,
} from './connector-settings.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const LOGGING = join(import.meta.dirname, 'log4j2.xml')
const OFFSETS = 'offsets'
export const CONNECT_MAIN = 'org.apache.kafka.connect.cli.ConnectStandalone'
/** What it holds is small: keys of rows that changed. The quick compiler alone, as for Kafka. */
const JVM = [`-Xmx${MEMORY.debezium.toldMb}m`, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const

export const DEBEZIUM: MavenProgram = {
  name: 'debezium',
  title: 'Debezium',
  instead: 'SEGUE_DEBEZIUM_URL to a Kafka Connect of your own',
  pom: POM,
}

export const debeziumServer = definePart({
  name: 'debezium',
  title: 'Debezium 3',
  version: async () => await versionInPom(POM, 'debezium-connector-postgres'),
  ports: ['debezium'],
  needs: ['postgres', 'kafka'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 10_000,
  startWithinMs: 180_000,
  ...fromMaven(DEBEZIUM),
  async prepare({ host, ports, folder, env }) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Offsets of an earlier slot say nothing of this one.
    if ((await beginCapture(env)) === 'begun') await rm(join(folder, OFFSETS), { force: true })
    const connect = {
      'bootstrap.servers': env.SEGUE_KAFKA_BROKERS ?? '',
      ...kafkaSettings(env),
      listeners: `http://${host}:${ports.debezium}`,
      'plugin.discovery': 'service_load',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'key.converter.schemas.enable': false,
      'value.converter.schemas.enable': false,
      'offset.storage.file.filename': join(folder, OFFSETS),
      'offset.flush.interval.ms': 1_000,
      'connector.client.config.override.policy': 'All',
      // Topics are of the table in protocol/events/topics.ts.
      'topic.creation.enable': false,
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    }
    await writePrivateFile(join(folder, 'connect.properties'), propertiesText(connect))
    await writePrivateFile(join(folder, 'connector.properties'), propertiesText(connectorSettings(env)))
  },
  async launch({ folder, cacheDir, env }) {
    const jars = await classPathOf(cacheDir, DEBEZIUM)
    const files = ['connect.properties', 'connector.properties'].map((name) => join(folder, name))
    const { password } = new URL(env[addressVariable('capture')] ?? '')
    const { tls, login } = readEnv(env, asCapture)
    return {
      command: await javaFor(DEBEZIUM),
      args: [...JVM, '-cp', jars, `-Dlog4j2.configurationFile=${LOGGING}`, CONNECT_MAIN, ...files],
      // Named in the settings by these variables, so that nobody who asks Connect for them is told them.
      env: plainEnv({
        [PASSWORD_VARIABLE]: decodeURIComponent(password),
        [KAFKA_PASSWORD_VARIABLE]: login?.password.reveal() ?? '',
        ...(tls?.own === undefined ? {} : { [KAFKA_KEY_VARIABLE]: tlsKey(tls) }),
      }),
    }
  },
  async probe({ host, ports }) {
    await probeConnector(`http://${host}:${ports.debezium}`)
  },
})

const asCapture = (read: EnvReader) => kafkaConfig(read, 'capture')

/** Of Connect itself, and of the producer that it makes for its connector. */
function kafkaSettings(env: EnvRecord): Readonly<Record<string, string>> {
  const words = { password: `\${env:${KAFKA_PASSWORD_VARIABLE}}`, key: `\${env:${KAFKA_KEY_VARIABLE}}` }
  return Object.fromEntries(
    Object.entries(javaClient(readEnv(env, asCapture), words)).flatMap(([name, value]) => [
      [name, value],
      [`producer.${name}`, value],
    ]),
  )
}

interface ConnectorStatus {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

const PROBE_WITHIN_MS = 2_000

/** Resolves when the connector and its one task run. */
async function probeConnector(url: string): Promise<void> {
  const answer = await fetch(`${url}/connectors/${CONNECTOR_NAME}/status`, {
    signal: AbortSignal.timeout(PROBE_WITHIN_MS),
  })
  if (!answer.ok) throw new Error(`Connect answers ${answer.status}`)
  const { connector, tasks } = (await answer.json()) as ConnectorStatus
  const [task] = tasks
  if (connector.state !== 'RUNNING' || task?.state !== 'RUNNING')
    throw new Error(`the connector is ${connector.state}, its task ${task?.state ?? 'not there'}`)
}
