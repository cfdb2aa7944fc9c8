/** Owns how the development issuer of tokens is started: our own program around oidc-provider. */

import { mkdir } from 'node:fs/promises'
import { probeHttp } from '../stack/http-probe.ts'
import { heapFlag } from '../stack/memory.ts'
import { nodeProgram } from '../stack/node-program.ts'
import { definePart } from '../stack/part.ts'
import { versionInPackage } from '../stack/pinned-version.ts'

export const issuerServer = definePart({
  name: 'issuer',
  title: 'Issuer (OpenID Connect)',
  version: async () => await versionInPackage('oidc-provider'),
  ports: ['issuer'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 5_000,
  startWithinMs: 60_000,
  async prepare({ folder }) {
    await mkdir(folder, { recursive: true })
  },
  async launch({ host, ports, folder, env }) {
    const own = {
      ...env,
      SEGUE_ISSUER_HOST: host,
      SEGUE_ISSUER_PORT: String(ports.issuer),
      SEGUE_ISSUER_PATH: folder,
      // Where there is an edge, people come back to that.
      SEGUE_GATEWAY_ORIGIN: env.SEGUE_GATEWAY_ORIGIN ?? `http://${host}:${ports.gateway}`,
    }
    return nodeProgram('infra/issuer/main.ts', own, [heapFlag('issuer')])
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.issuer}/.well-known/openid-configuration`)
  },
})
