/** Owns how Kafka is installed and started natively: one KRaft node, broker and controller in one. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Secret } from '../runtime/secret.ts'
import { exists } from '../stack/install-aside.ts'
import { propertiesText } from '../stack/java-properties.ts'
import { classPathOf, fromMaven, javaFor, type MavenProgram } from '../stack/maven.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { versionInPom } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { brokerLogins, passwordOf } from './sign-in.ts'
import { kafkaUserName, loginVariables } from './users.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const LOGGING = join(import.meta.dirname, 'log4j2.xml')
/** The quick compiler alone: half the processor time of a start, for a broker that serves one machine. */
const JVM = [`-Xmx${MEMORY.kafka.toldMb}m`, '-XX:TieredStopAtLevel=1'] as const

const PROGRAM: MavenProgram = {
  name: 'kafka',
  title: 'Kafka',
  instead: 'SEGUE_KAFKA_BROKERS to brokers of your own',
  pom: POM,
}

/** One node: whatever is kept in several copies elsewhere has one here. */
export function brokerSettings(context: StartContext): Readonly<Record<string, string | number>> {
  const { host, ports, folder, env, secrets } = context
  const broker = `CLIENTS://${host}:${ports.kafka}`
  const logins = brokerLogins((user) => passwordOf(user, env, secrets))
  const controller = `CONTROLLER://${host}:${ports.kafkaController}`
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `${host}:${ports.kafkaController}`,
    listeners: `${broker},${controller}`,
    'advertised.listeners': `${broker},${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    // Nobody is let in without a password, not by the controller's door either: who has that may change everything.
    'listener.security.protocol.map': 'CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.clients.plain.sasl.jaas.config': logins,
    'listener.name.controller.plain.sasl.jaas.config': logins,
    // What nobody was granted is refused.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${kafkaUserName('admin')}`,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 5,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // After a kill the broker is let in again only when its last life has timed out: 9 s unless said otherwise.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 1_000,
    // A group of one service has nobody to wait for.
    'group.initial.rebalance.delay.ms': 0,
  }
}

async function javaWords(cacheDir: string): Promise<readonly string[]> {
  return [...JVM, '-cp', await classPathOf(cacheDir, PROGRAM), `-Dlog4j2.configurationFile=${LOGGING}`]
}

/** Formats aside, so that a format cut short leaves no folder that the broker would refuse. */
async function format(context: StartContext): Promise<void> {
  const data = join(context.folder, 'data')
  const aside = `${data}.new`
  const file = join(context.folder, 'format.properties')
  await rm(aside, { recursive: true, force: true })
  await writePrivateFile(file, propertiesText({ ...brokerSettings(context), 'log.dirs': aside }))
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '--config', file, '--cluster-id', clusterId]
  await promisify(execFile)(await javaFor(PROGRAM), [...(await javaWords(context.cacheDir)), ...tool], {
    env: plainEnv(),
    maxBuffer: 16 * 1024 ** 2,
  })
  await rename(aside, data)
  await rm(file)
}

/** The broker that is started here, as its admin. */
export function ownBroker({ host, ports, env, secrets }: StartContext): KafkaConfig {
  const password = new Secret(passwordOf('admin', env, secrets))
  const variable = loginVariables('admin').password
  return {
    brokers: [`${host}:${ports.kafka}`],
    login: { mechanism: 'plain', user: kafkaUserName('admin'), password, variable },
  }
}

export const kafkaServer = definePart({
  name: 'kafka',
  title: 'Kafka 4',
  version: async () => await versionInPom(POM, 'kafka_2\\.13'),
  ports: ['kafka', 'kafkaController'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 8_000,
  startWithinMs: 60_000,
  ...fromMaven(PROGRAM),
  async prepare(context) {
    await mkdir(context.folder, { recursive: true })
    if (!(await exists(join(context.folder, 'data')))) await format(context)
    await writePrivateFile(join(context.folder, 'server.properties'), propertiesText(brokerSettings(context)))
  },
  async launch({ folder, cacheDir }) {
    const words = [...(await javaWords(cacheDir)), 'kafka.Kafka', join(folder, 'server.properties')]
    return { command: await javaFor(PROGRAM), args: words, env: plainEnv() }
  },
  async probe(context) {
    const kafka = createKafka(ownBroker(context), 'segue-probe')
    const admin = kafka.admin({ retry: { retries: 0 } })
    try {
      await admin.connect()
      const { brokers } = await admin.describeCluster()
      if (brokers.length === 0) throw new Error('Kafka names no broker yet')
    } finally {
      await admin.disconnect()
    }
  },
})
