/** Owns how Superset is installed and started natively: a Python environment of its own, one worker, all that it shows from files. */

import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addressVariable } from '../postgres/roles.ts'
import { probeHttp } from '../stack/http-probe.ts'
import { exists, installAside } from '../stack/install-aside.ts'
import { definePart, type InstallContext } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { StackProblem } from '../stack/problem.ts'
import { runTool } from '../stack/run-tool.ts'
import { findPython, PYTHON_PACKAGE } from './python.ts'
import { questionsToChart } from './questions-to-chart.ts'

const here = (name: string) => join(import.meta.dirname, name)
const BUILD_REQUIREMENTS = here('requirements.build.txt')
const REQUIREMENTS = here('requirements.txt')
const METADATA = 'superset.db'

/** The lock files are the version: others, another folder. */
async function place(cacheDir: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [BUILD_REQUIREMENTS, REQUIREMENTS]) hash.update(await readFile(file))
  return join(cacheDir, 'superset', hash.digest('hex').slice(0, 12))
}

const python = (folder: string) => join(folder, 'bin', 'python')

/** The Python that has Superset's packages. */
export const supersetPython = async (cacheDir: string) => python(await place(cacheDir))

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

/** Fills `aside` with the packages, and with a metadata database whose tables are made: that takes as long as the packages do. */
async function install({ cacheDir, step, signal }: InstallContext): Promise<void> {
  const base = await findPython()
  if (base === undefined) throw new StackProblem(NO_PYTHON)
  await installAside(await place(cacheDir), async (aside) => {
    const run = async (log: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const logFile = join(cacheDir, 'logs', `superset-${log}.log`)
      await runTool({ command, args, env, cwd: aside, logFile, signal }, step)
    }
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--require-hashes']
    await run('venv', base, ['-m', 'venv', aside])
    await run('build', python(aside), [...pip, '--requirement', BUILD_REQUIREMENTS])
    await run('packages', python(aside), [...pip, '--no-build-isolation', '--requirement', REQUIREMENTS])
    const placeholder = 'of the install, never served'
    const nowhere = 'http://127.0.0.1:9'
    const names = { url: nowhere, issuer: nowhere, bind: '', clientId: '', clientSecret: '' }
    await run(
      'metadata',
      python(aside),
      [here('migrate.py')],
      environment({ ...names, path: aside, secret: placeholder }),
    )
  })
}

const NO_PYTHON =
  'Superset needs Python 3.11 with venv: apt-get install python3-venv on Debian 12, or set SEGUE_SUPERSET_URL'

export const supersetServer = definePart({
  name: 'superset',
  title: 'Superset',
  ports: ['superset'],
  needs: ['postgres', 'clickhouse', 'issuer'],
  debian: [PYTHON_PACKAGE],
  // Its quick stop: SIGTERM has it wait for browsers that keep their connections.
  stopSignal: 'SIGINT',
  stopWithinMs: 10_000,
  // It migrates, loads and imports much before it listens: half a minute where nothing else runs.
  startWithinMs: 300_000,
  async missing(cacheDir) {
    return (await exists(await place(cacheDir))) ? undefined : 'Superset by pip (some minutes)'
  },
  install,
  async prepare({ folder, cacheDir, env }) {
    if (env.SEGUE_CLICKHOUSE_READER_URL === undefined) {
      throw new StackProblem(
        'SEGUE_CLICKHOUSE_URL is set: set SEGUE_CLICKHOUSE_READER_URL as well, to a user that may only read (infra/superset/README.md)',
      )
    }
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const metadata = join(folder, METADATA)
    if (!(await exists(metadata))) await copyFile(join(await place(cacheDir), METADATA), metadata)
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
      }),
    }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.superset}/health`, 'OK')
  },
})
