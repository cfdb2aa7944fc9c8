/** Owns how Kafka is installed and started natively: one KRaft node, broker and controller in one. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { exists } from '../stack/install-aside.ts'
import { propertiesText } from '../stack/java-properties.ts'
import { classPathOf, fromMaven, javaFor, type MavenProgram } from '../stack/maven.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { versionInPom } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'

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
export function brokerSettings({ host, ports, folder }: StartContext): Readonly<Record<string, string | number>> {
  const broker = `PLAINTEXT://${host}:${ports.kafka}`
  const controller = `CONTROLLER://${host}:${ports.kafkaController}`
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `${host}:${ports.kafkaController}`,
    listeners: `${broker},${controller}`,
    'advertised.listeners': `${broker},${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
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
  await writeFile(file, propertiesText({ ...brokerSettings(context), 'log.dirs': aside }))
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '--config', file, '--cluster-id', clusterId]
  await promisify(execFile)(await javaFor(PROGRAM), [...(await javaWords(context.cacheDir)), ...tool], {
    env: plainEnv(),
    maxBuffer: 16 * 1024 ** 2,
  })
  await rename(aside, data)
  await rm(file)
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
    await writeFile(join(context.folder, 'server.properties'), propertiesText(brokerSettings(context)))
  },
  async launch({ folder, cacheDir }) {
    const words = [...(await javaWords(cacheDir)), 'kafka.Kafka', join(folder, 'server.properties')]
    return { command: await javaFor(PROGRAM), args: words, env: plainEnv() }
  },
  async probe({ host, ports }) {
    const kafka = new Kafka({
      clientId: 'segue-probe',
      brokers: [`${host}:${ports.kafka}`],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      requestTimeout: 2_000,
      retry: { retries: 0 },
    })
    const admin = kafka.admin()
    try {
      await admin.connect()
      const { brokers } = await admin.describeCluster()
      if (brokers.length === 0) throw new Error('Kafka names no broker yet')
    } finally {
      await admin.disconnect()
    }
  },
})
