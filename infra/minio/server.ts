/** Owns how MinIO is installed and started natively. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { goProgram } from '../stack/go-program.ts'
import { probeHttp } from '../stack/http-probe.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'

/** The last commit upstream: no release is tagged in the form Go reads. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c'

export const minio = goProgram({
  name: 'minio',
  title: 'MinIO',
  package: 'github.com/minio/minio',
  version: VERSION,
  go: '1.24',
  takes: 'some minutes',
  otherwise: 'set SEGUE_MINIO_URL to a store of your own',
})

export const minioServer = definePart({
  name: 'minio',
  // Told by the day of the commit and its name.
  version: async () => VERSION.replace(/^v0\.0\.0-(\d{4})(\d\d)(\d\d)\d+-/, '$1-$2-$3 '),
  ports: ['minio'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 5_000,
  startWithinMs: 30_000,
  ...minio,
  async prepare({ folder }) {
    await mkdir(join(folder, 'data'), { recursive: true })
    await mkdir(join(folder, 'certs'), { recursive: true })
  },
  async launch({ host, ports, folder, secrets, cacheDir }) {
    return {
      command: minio.path(cacheDir),
      // Without its own certs folder it makes one in the user's home.
      args: [
        'server',
        join(folder, 'data'),
        '--address',
        `${host}:${ports.minio}`,
        '--certs-dir',
        join(folder, 'certs'),
      ],
      env: plainEnv({
        MINIO_ROOT_USER: secrets.minio_access_key,
        MINIO_ROOT_PASSWORD: secrets.minio_secret_key,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
        GOMEMLIMIT: `${MEMORY.minio.toldMb}MiB`,
      }),
    }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.minio}/minio/health/ready`)
  },
})
