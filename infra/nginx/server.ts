/** Owns how NGINX is installed and started natively: Debian's program without its service, in front of two gateways. */

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unpackDebianPackage } from '../stack/debian-package.ts'
import { exists } from '../stack/install-aside.ts'
import { definePart, type Launch, type StartContext } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { StackProblem } from '../stack/problem.ts'
import { findCommand } from '../stack/run-tool.ts'
import { certificatesIn, ensureCertificates } from './certificates.ts'
import { probeHttps } from './probe.ts'
import { OPENSSL_PACKAGE } from './run-openssl.ts'
import { type Edge, edgeVariables, fillTemplate, USUAL_LIMITS } from './settings.ts'

export const CONFIGURATION = 'nginx.conf'
const TEMPLATE = join(import.meta.dirname, 'nginx.conf.template')
/** That of Debian 12: Debian mends it and leaves the number. */
const NGINX_VERSION = '1.22.1'

/**
 * Gateways see it come from here, and believe what it says of its clients. An address of its own, as on one machine everybody else comes from
 * 127.0.0.1: whoever goes round the edge is then not believed.
 */
export const EDGE_ADDRESS = '127.0.0.2'

const place = (cacheDir: string) => join(cacheDir, 'nginx', NGINX_VERSION)

async function ownProgram(): Promise<string | undefined> {
  return await findCommand('nginx')
}

async function nginxProgram(cacheDir: string): Promise<string> {
  const own = await ownProgram()
  const unpacked = join(place(cacheDir), 'usr', 'sbin', 'nginx')
  if (own === undefined && !(await exists(unpacked))) {
    throw new StackProblem('NGINX is not installed: run npm run stack -- nginx, which brings it')
  }
  return own ?? unpacked
}

/** Writes what NGINX is started with into the folder of the edge. */
export async function writeConfiguration(edge: Edge, name = CONFIGURATION): Promise<void> {
  await mkdir(edge.folder, { recursive: true, mode: 0o700 })
  const path = join(edge.folder, name)
  await writePrivateFile(path, fillTemplate(await readFile(TEMPLATE, 'utf8'), edgeVariables(edge)))
}

/** How NGINX is started with the configuration in `folder`. */
export async function nginxLaunch(folder: string, cacheDir: string, name = CONFIGURATION): Promise<Launch> {
  return {
    command: await nginxProgram(cacheDir),
    args: ['-e', 'stderr', '-p', folder, '-c', join(folder, name)],
    env: plainEnv(),
    // As root its workers would be somebody who may not enter the data folder.
    notAsRoot: true,
  }
}

/** The edge of a start here. */
export function edgeOf({ host, ports, folder }: Pick<StartContext, 'host' | 'ports' | 'folder'>): Edge {
  const { certificate, key } = certificatesIn(join(folder, 'tls'))
  return {
    listen: `${host}:${ports.nginx}`,
    innerListen: `${host}:${ports.nginxInner}`,
    gateways: [ports.gateway, ports.gateway2].map((port) => `${host}:${port}`),
    folder,
    certificate,
    key,
    bind: EDGE_ADDRESS,
    limits: USUAL_LIMITS,
  }
}

export const nginxServer = definePart({
  name: 'nginx',
  title: 'NGINX',
  version: async () => NGINX_VERSION,
  ports: ['nginx', 'nginxInner'],
  needs: ['postgres', 'redis', 'kafka', 'clickhouse', 'minio', 'issuer', 'gateway', 'gateway-2', 'workers'],
  debian: [OPENSSL_PACKAGE],
  // Its quick stop; SIGQUIT would wait for sockets that stay all evening.
  stopSignal: 'SIGTERM',
  stopWithinMs: 5_000,
  // It answers when a gateway behind it does.
  startWithinMs: 90_000,
  async missing(cacheDir) {
    const there = (await ownProgram()) !== undefined || (await exists(place(cacheDir)))
    return there ? undefined : 'NGINX'
  },
  async install(context) {
    await unpackDebianPackage('nginx', place(context.cacheDir), context)
  },
  async prepare(context) {
    await ensureCertificates(join(context.folder, 'tls'))
    await writeConfiguration(edgeOf(context))
  },
  launch: async ({ folder, cacheDir }) => await nginxLaunch(folder, cacheDir),
  async probe({ host, ports, folder }) {
    const { authority } = certificatesIn(join(folder, 'tls'))
    await probeHttps(`https://${host}:${ports.nginx}/api/config`, authority)
  },
})
