/** Owns how Keycloak is installed and started natively: one node on a database of its own, its realm from a file. */

import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnvRecord } from '../stack/env-file.ts'
import { probeHttp } from '../stack/http-probe.ts'
import { exists } from '../stack/install-aside.ts'
import { folderOf, fromMaven, javaFor, type MavenProgram } from '../stack/maven.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import type { Ports } from '../stack/ports.ts'
import { twinOrigin } from '../stack/twin-origin.ts'
import { SERVICES_SECRET_VARIABLE } from './config.ts'

/** As in the pom. */
const VERSION = '26.7.3'
/** The name of the folder in the archive. */
const UNPACKED = `keycloak-${VERSION}`
const REALM_FILE = join(import.meta.dirname, 'realm.json')
const REALM = 'segue'
export const KEYCLOAK_ADMIN = 'admin'

/** The quick compiler alone: it halves the processor time of a start. */
const JVM = [
  '-Xms64m',
  `-Xmx${MEMORY.keycloak.toldMb}m`,
  '-XX:MaxMetaspaceSize=256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
] as const
/** As its own start script has them. */
const NEEDED = [
  ...['java.util', 'java.util.concurrent', 'java.security', 'java.lang'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
  '-XX:+ExitOnOutOfMemoryError',
  '-Dfile.encoding=UTF-8',
  '-Duser.language=en',
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-Dpicocli.disable.closures=true',
] as const

/** `home` has its data and, as `lib`, the program. */
const words = (home: string, ...command: string[]): readonly string[] => [
  ...JVM,
  ...NEEDED,
  `-Dkc.home.dir=${home}`,
  '-cp',
  join(home, 'lib', 'quarkus-run.jar'),
  'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
  ...command,
]

export const KEYCLOAK: MavenProgram = {
  name: 'keycloak',
  title: 'Keycloak',
  instead: 'SEGUE_ISSUER_URL to an OpenID Connect issuer of your own',
  pom: join(import.meta.dirname, 'pom.xml'),
  // What it would do at each start that finds other options than the last.
  build: (folder) => words(join(folder, UNPACKED), 'build', '--db=dev-file', '--health-enabled=true'),
}

const origin = (host: string, ports: Ports) => `http://${host}:${ports.keycloak}`

/** What its tokens call it, and where its discovery is. */
export const realmAddress = (host: string, ports: Ports): string => `${origin(host, ports)}/realms/${REALM}`

/** Where its accounts are looked after. */
export const accountsAddress = (host: string, ports: Ports): string => `${origin(host, ports)}/admin/realms/${REALM}`

/** What the realm file leaves open. */
function placeholders({ host, ports, env, secrets }: StartContext): EnvRecord {
  const gateway = env.SEGUE_GATEWAY_ORIGIN ?? `http://${host}:${ports.gateway}`
  return {
    SEGUE_GATEWAY_ORIGIN: gateway,
    SEGUE_GATEWAY_TWIN_ORIGIN: twinOrigin(gateway) ?? gateway,
    SEGUE_BACKCHANNEL_ORIGIN: env.SEGUE_BACKCHANNEL_ORIGIN ?? `http://${host}:${ports.gateway}`,
    SEGUE_AUDIENCE: env.SEGUE_AUDIENCE ?? '',
    SEGUE_SUPERSET_URL: env.SEGUE_SUPERSET_URL ?? '',
    SEGUE_SUPERSET_CLIENT_ID: env.SEGUE_SUPERSET_CLIENT_ID ?? '',
    SEGUE_SUPERSET_CLIENT_SECRET: env.SEGUE_SUPERSET_CLIENT_SECRET ?? '',
    SEGUE_KEYCLOAK_PEOPLE_PASSWORD: secrets.keycloak_people_password,
    [SERVICES_SECRET_VARIABLE]: secrets.keycloak_services_secret,
  }
}

/** A realm that was imported is not imported again: of another file, or of other addresses, Keycloak begins anew. */
async function forgetOutdated(folder: string, realm: string, given: EnvRecord): Promise<void> {
  const note = join(folder, 'realm.sha256')
  const hash = createHash('sha256').update(realm).update(JSON.stringify(given)).digest('hex')
  if ((await exists(note)) && (await readFile(note, 'utf8')) === hash) return
  await rm(join(folder, 'data'), { recursive: true, force: true })
  await writeFile(note, hash, { mode: 0o600 })
}

export const keycloakServer = definePart({
  name: 'keycloak',
  title: 'Keycloak 26',
  version: async () => VERSION,
  ports: ['keycloak', 'keycloakManagement'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 15_000,
  // Its first start makes the tables: half a minute where nothing else runs.
  startWithinMs: 300_000,
  ...fromMaven(KEYCLOAK),
  async prepare(context) {
    const { folder, cacheDir } = context
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await forgetOutdated(folder, await readFile(REALM_FILE, 'utf8'), placeholders(context))
    await mkdir(join(folder, 'data', 'import'), { recursive: true, mode: 0o700 })
    await copyFile(REALM_FILE, join(folder, 'data', 'import', 'segue-realm.json'))
    const lib = join(folder, 'lib')
    await rm(lib, { force: true })
    await symlink(join(await folderOf(cacheDir, KEYCLOAK), UNPACKED, 'lib'), lib)
  },
  async launch(context) {
    const { host, ports, folder, secrets } = context
    const options = {
      '--http-enabled': 'true',
      '--http-host': host,
      '--http-port': String(ports.keycloak),
      '--http-management-host': host,
      '--http-management-port': String(ports.keycloakManagement),
      '--hostname': origin(host, ports),
      // One node, which looks for no other.
      '--cache': 'local',
      '--log-level': 'warn',
    }
    const args = Object.entries(options).map(([name, value]) => `${name}=${value}`)
    return {
      command: await javaFor(KEYCLOAK),
      args: words(folder, 'start', '--optimized', '--import-realm', ...args),
      env: plainEnv({
        ...placeholders(context),
        KC_BOOTSTRAP_ADMIN_USERNAME: KEYCLOAK_ADMIN,
        KC_BOOTSTRAP_ADMIN_PASSWORD: secrets.keycloak_admin_password,
      }),
    }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.keycloakManagement}/health/ready`)
    await probeHttp(`${realmAddress(host, ports)}/.well-known/openid-configuration`)
  },
})
