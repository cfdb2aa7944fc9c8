/** Owns how Superset is installed and started natively: a Python environment of its own, one worker, all that it shows from files. */

import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addressVariable } from '../postgres/roles.ts'
import { leastListeners, SMALL_CELLS_VARIABLE } from '../questions/least-listeners.ts'
import { readEnv } from '../runtime/env.ts'
import { probeHttp } from '../stack/http-probe.ts'
import { exists } from '../stack/install-aside.ts'
import { definePart } from '../stack/part.ts'
import { versionInRequirements } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { StackProblem } from '../stack/problem.ts'
import { PYTHON_PACKAGE } from '../stack/python.ts'
import {
  environmentFolder,
  installEnvironment,
  missingEnvironment,
  type PythonEnvironment,
  pythonIn,
} from '../stack/python-environment.ts'
import { questionsToChart } from './questions-to-chart.ts'

const here = (name: string) => join(import.meta.dirname, name)
const METADATA = 'superset.db'

const PACKAGES: PythonEnvironment = {
  name: 'superset',
  title: 'Superset',
  addressVariable: 'SEGUE_SUPERSET_URL',
  buildRequirements: here('requirements.build.txt'),
  requirements: here('requirements.txt'),
  // A metadata database whose tables are made: that takes as long as the packages do.
  async finish(folder, run) {
    const placeholder = 'of the install, never served'
    const nowhere = 'http://127.0.0.1:9'
    const names = { url: nowhere, issuer: nowhere, bind: '', clientId: '', clientSecret: '' }
    await run('metadata', [here('migrate.py')], environment({ ...names, path: folder, secret: placeholder }))
  },
}

/** The Python that has Superset's packages. */
export const supersetPython = async (cacheDir: string) => pythonIn(await environmentFolder(cacheDir, PACKAGES))

/** What `superset_config.py` reads, and the folder of the metadata. */
interface Settings {
  readonly path: string
  readonly url: string
  readonly bind: string
  readonly secret: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

function environment(settings: Settings): Readonly<Record<string, string>> {
  return {
    SUPERSET_CONFIG_PATH: here('superset_config.py'),
    // Its own files stay as they were installed, and so do ours.
    PYTHONDONTWRITEBYTECODE: '1',
    // Ranges that end now are said in its own time.
    TZ: 'UTC',
    // Where its metadata lies.
    SUPERSET_HOME: settings.path,
    SEGUE_SUPERSET_URL: settings.url,
    SEGUE_SUPERSET_BIND: settings.bind,
    SEGUE_SUPERSET_SECRET: settings.secret,
    SEGUE_SUPERSET_CLIENT_ID: settings.clientId,
    SEGUE_SUPERSET_CLIENT_SECRET: settings.clientSecret,
    SEGUE_ISSUER_URL: settings.issuer,
  }
}

export const supersetServer = definePart({
  name: 'superset',
  title: 'Superset',
  version: async () => await versionInRequirements(PACKAGES.requirements, 'apache-superset'),
  ports: ['superset'],
  needs: ['postgres', 'clickhouse', 'issuer'],
  debian: [PYTHON_PACKAGE],
  // Its quick stop: SIGTERM has it wait for browsers that keep their connections.
  stopSignal: 'SIGINT',
  stopWithinMs: 10_000,
  // It migrates, loads and imports much before it listens: half a minute where nothing else runs.
  startWithinMs: 300_000,
  missing: async (cacheDir) => await missingEnvironment(cacheDir, PACKAGES),
  install: async (context) => await installEnvironment(context, PACKAGES),
  async prepare({ folder, cacheDir, env }) {
    if (env.SEGUE_CLICKHOUSE_READER_URL === undefined) {
      throw new StackProblem(
        'SEGUE_CLICKHOUSE_URL is set: set SEGUE_CLICKHOUSE_READER_URL as well, to a user that may only read (infra/superset/README.md)',
      )
    }
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const metadata = join(folder, METADATA)
    if (!(await exists(metadata))) await copyFile(join(await environmentFolder(cacheDir, PACKAGES), METADATA), metadata)
  },
  async launch({ host, ports, folder, secrets, cacheDir, env }) {
    const settings = environment({
      path: folder,
      url: env.SEGUE_SUPERSET_URL ?? '',
      bind: `${host}:${ports.superset}`,
      secret: secrets.superset_secret,
      issuer: env.SEGUE_ISSUER_URL ?? '',
      clientId: env.SEGUE_SUPERSET_CLIENT_ID ?? '',
      clientSecret: env.SEGUE_SUPERSET_CLIENT_SECRET ?? '',
    })
    return {
      command: await supersetPython(cacheDir),
      args: [here('serve.py')],
      env: plainEnv({
        ...settings,
        SEGUE_CLICKHOUSE_READER_URL: env.SEGUE_CLICKHOUSE_READER_URL ?? '',
        SEGUE_POSTGRES_ANALYST_URL: env[addressVariable('analyst')] ?? '',
        SEGUE_SUPERSET_QUESTIONS: JSON.stringify(questionsToChart()),
        [SMALL_CELLS_VARIABLE]: String(readEnv(env, (read) => ({ least: leastListeners(read) })).least),
      }),
    }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.superset}/health`, 'OK')
  },
})
