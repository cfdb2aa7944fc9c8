/** Owns how Airflow is installed and started natively: a Python environment of its own, SQLite, one process with its three servers. */

import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { definePart } from '../stack/part.ts'
import { versionInRequirements } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { PYTHON_PACKAGE } from '../stack/python.ts'
import {
  environmentFolder,
  installEnvironment,
  missingEnvironment,
  type PythonEnvironment,
  pythonIn,
} from '../stack/python-environment.ts'
import { probeAirflow } from './health.ts'

const here = (name: string) => join(import.meta.dirname, name)

const PACKAGES: PythonEnvironment = {
  name: 'airflow',
  title: 'Airflow',
  addressVariable: 'SEGUE_AIRFLOW_URL',
  requirements: here('requirements.txt'),
}

/** The one who signs in, as `airflow.cfg` names him. */
export const AIRFLOW_USER = 'segue'
const passwordsFile = (folder: string) => join(folder, 'passwords.json')

export const airflowServer = definePart({
  name: 'airflow',
  title: 'Airflow',
  version: async () => await versionInRequirements(PACKAGES.requirements, 'apache-airflow'),
  ports: ['airflow'],
  // What the commands of its tasks talk to.
  needs: ['postgres', 'redis', 'kafka', 'clickhouse', 'minio'],
  debian: [PYTHON_PACKAGE],
  stopSignal: 'SIGTERM',
  // Longer than it gives its own servers.
  stopWithinMs: 15_000,
  // It imports itself four times: half a minute where nothing else runs.
  startWithinMs: 300_000,
  missing: async (cacheDir) => await missingEnvironment(cacheDir, PACKAGES),
  install: async (context) => await installEnvironment(context, PACKAGES),
  async prepare({ folder, secrets }) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writePrivateFile(passwordsFile(folder), `${JSON.stringify({ [AIRFLOW_USER]: secrets.airflow_password })}\n`)
  },
  async launch({ host, ports, folder, secrets, cacheDir, env }) {
    const url = `http://${host}:${ports.airflow}`
    const of = (use: string) => createHash('sha256').update(`${use} ${secrets.airflow_secret}`)
    return {
      command: pythonIn(await environmentFolder(cacheDir, PACKAGES)),
      args: [here('serve.py')],
      env: plainEnv({
        AIRFLOW_HOME: folder,
        AIRFLOW_CONFIG: here('airflow.cfg'),
        AIRFLOW__CORE__DAGS_FOLDER: here('dags'),
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${url}/execution/`,
        AIRFLOW__CORE__FERNET_KEY: `${of('fernet').digest('base64url')}=`,
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: passwordsFile(folder),
        AIRFLOW__API__HOST: host,
        AIRFLOW__API__PORT: String(ports.airflow),
        AIRFLOW__API__BASE_URL: env.SEGUE_AIRFLOW_URL ?? url,
        AIRFLOW__API__SECRET_KEY: of('pages').digest('hex'),
        AIRFLOW__API_AUTH__JWT_SECRET: of('tokens').digest('hex'),
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: '1',
        TZ: 'UTC',
        // A task runs npm where a person would, who has this Node and this data folder.
        PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
        SEGUE_PROJECT: PROJECT_ROOT,
        SEGUE_DATA_DIR: dirname(folder),
        SEGUE_CACHE_DIR: cacheDir,
      }),
    }
  },
  async probe({ host, ports }) {
    await probeAirflow(`http://${host}:${ports.airflow}`)
  },
})
