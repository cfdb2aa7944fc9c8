/** Owns how MinIO is installed and started natively: compiled once by Go from a pinned source, kept in the cache. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { probeHttp } from '../stack/http-probe.ts'
import { exists, installAside } from '../stack/install-aside.ts'
import { definePart } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { findCommand, runTool } from '../stack/run-tool.ts'

/** The last commit upstream: no release is tagged in the form Go reads. */
const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c'

function place(cacheDir: string): string {
  return join(cacheDir, 'minio', VERSION)
}

export const minioServer = definePart({
  name: 'minio',
  title: 'MinIO',
  ports: ['minio'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 5_000,
  startWithinMs: 30_000,
  async missing(cacheDir) {
    return (await exists(place(cacheDir))) ? undefined : 'MinIO by Go (some minutes)'
  },
  async missingTools() {
    return (await findCommand('go')) === undefined
      ? [
          'MinIO is compiled by Go, which is not installed: install Go 1.24 or later, or set SEGUE_MINIO_URL to a store of your own',
        ]
      : []
  },
  async install({ cacheDir, step, signal }) {
    await installAside(place(cacheDir), async (aside) => {
      await runTool(
        {
          command: 'go',
          // -v names each package as it is compiled: it is the only sign of life in minutes.
          args: ['install', '-v', '-trimpath', '-ldflags=-s -w', `github.com/minio/minio@${VERSION}`],
          env: { GOBIN: aside },
          // Outside the project: `go` must not take a module or work file of a folder above for its own.
          cwd: aside,
          logFile: join(cacheDir, 'logs', 'minio.log'),
          signal,
        },
        step,
      )
    })
  },
  async prepare({ folder }) {
    await mkdir(join(folder, 'data'), { recursive: true })
    await mkdir(join(folder, 'certs'), { recursive: true })
  },
  async launch({ host, ports, folder, secrets, cacheDir }) {
    return {
      command: join(place(cacheDir), 'minio'),
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
      }),
    }
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.minio}/minio/health/ready`)
  },
})
