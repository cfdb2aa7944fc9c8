/** Owns how Kafka is installed and started natively: one KRaft node, broker and controller in one. */

import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { exists, installAside } from '../stack/install-aside.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { StackProblem } from '../stack/problem.ts'
import { findCommand, runTool } from '../stack/run-tool.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const LOGGING = join(import.meta.dirname, 'log4j2.xml')
const NEEDED_JAVA = 17
/** The quick compiler alone: half the processor time of a start, for a broker that serves one machine. */
const JVM = ['-Xmx512m', '-XX:TieredStopAtLevel=1'] as const

/** The pom is the version: another pom, another folder. */
async function place(cacheDir: string): Promise<string> {
  const pom = await readFile(POM)
  return join(cacheDir, 'kafka', createHash('sha256').update(pom).digest('hex').slice(0, 12))
}

/** One node: whatever is kept in several copies elsewhere has one here. */
function settings({ host, ports, folder }: StartContext): Readonly<Record<string, string | number>> {
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

async function writeSettings(path: string, values: Readonly<Record<string, string | number>>): Promise<void> {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(path, lines.join(''))
}

const JAVA_LINE = `Kafka needs Java ${NEEDED_JAVA}: apt-get install openjdk-17-jre-headless, or set JAVA_HOME`

async function findJava(): Promise<string | undefined> {
  if (!process.env.JAVA_HOME) return await findCommand('java')
  const path = join(process.env.JAVA_HOME, 'bin', 'java')
  return (await exists(path)) ? path : undefined
}

async function java(): Promise<string> {
  const path = await findJava()
  if (path === undefined) throw new StackProblem(JAVA_LINE)
  return path
}

async function missingTools(): Promise<readonly string[]> {
  const lines: string[] = []
  const path = await findJava()
  if (path === undefined) {
    lines.push(`java is not installed; ${JAVA_LINE}`)
  } else {
    const { stderr } = await promisify(execFile)(path, ['-version'])
    const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
    if (major < NEEDED_JAVA) lines.push(`the java of this machine is ${major}; ${JAVA_LINE}`)
  }
  if ((await findCommand('mvn')) === undefined) {
    lines.push(
      'Kafka is downloaded by Maven, which is not installed: apt-get install maven, or set SEGUE_KAFKA_BROKERS to brokers of your own',
    )
  }
  return lines
}

async function javaWords(cacheDir: string): Promise<readonly string[]> {
  return [...JVM, '-cp', join(await place(cacheDir), '*'), `-Dlog4j2.configurationFile=${LOGGING}`]
}

/** Formats aside, so that a format cut short leaves no folder that the broker would refuse. */
async function format(context: StartContext): Promise<void> {
  const data = join(context.folder, 'data')
  const aside = `${data}.new`
  const file = join(context.folder, 'format.properties')
  await rm(aside, { recursive: true, force: true })
  await writeSettings(file, { ...settings(context), 'log.dirs': aside })
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '--config', file, '--cluster-id', clusterId]
  await promisify(execFile)(await java(), [...(await javaWords(context.cacheDir)), ...tool], {
    env: plainEnv(),
    maxBuffer: 16 * 1024 ** 2,
  })
  await rename(aside, data)
  await rm(file)
}

export const kafkaServer = definePart({
  name: 'kafka',
  title: 'Kafka 4',
  ports: ['kafka', 'kafkaController'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 8_000,
  startWithinMs: 60_000,
  async missing(cacheDir) {
    return (await exists(await place(cacheDir))) ? undefined : 'Kafka by Maven'
  },
  missingTools,
  async install({ cacheDir, step, signal }) {
    await installAside(await place(cacheDir), async (aside) => {
      await runTool(
        {
          command: 'mvn',
          args: ['-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${aside}`],
          logFile: join(cacheDir, 'logs', 'kafka.log'),
          signal,
        },
        step,
      )
    })
  },
  async prepare(context) {
    await mkdir(context.folder, { recursive: true })
    if (!(await exists(join(context.folder, 'data')))) await format(context)
    await writeSettings(join(context.folder, 'server.properties'), settings(context))
  },
  async launch({ folder, cacheDir }) {
    const words = [...(await javaWords(cacheDir)), 'kafka.Kafka', join(folder, 'server.properties')]
    return { command: await java(), args: words, env: plainEnv() }
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
