/** Owns an edge as tests run it: a process of its own on a free port, in front of whatever they name. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import getPort from 'get-port'
import { startChild } from '../../stack/child.ts'
import { cacheFolder } from '../../stack/folders.ts'
import { ensureCertificates } from '../certificates.ts'
import { probeHttps } from '../probe.ts'
import { reloadEdge } from '../reload.ts'
import { EDGE_ADDRESS, nginxLaunch, writeConfiguration } from '../server.ts'
import { type Limits, USUAL_LIMITS } from '../settings.ts'

const HOST = '127.0.0.1'
const READY_WITHIN_MS = 20_000

export interface EdgeProcess {
  readonly port: number
  readonly https: string
  /** What only the machines around it may reach. */
  readonly inner: string
  readonly wss: string
  /** The certificate that its own is signed by. */
  readonly authority: string
  readonly authorityFile: string
  /** What it logged so far. */
  log(): Promise<string>
  /** Has it read its configuration again, with these gateways. */
  reload(gateways: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** Starts an edge in front of `gateways`, with narrower limits where `limits` says so, and waits until it answers. */
export async function startEdge(gateways: readonly string[], limits: Partial<Limits> = {}): Promise<EdgeProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-edge-'))
  const port = await getPort({ host: HOST })
  const innerPort = await getPort({ host: HOST })
  const { authority: authorityFile, certificate, key } = await ensureCertificates(join(folder, 'tls'))
  const before = (behind: readonly string[]) => ({
    listen: `${HOST}:${port}`,
    innerListen: `${HOST}:${innerPort}`,
    gateways: behind,
    folder,
    certificate,
    key,
    bind: EDGE_ADDRESS,
    // Tests are many clients of one address.
    limits: { ...USUAL_LIMITS, filesOfAWorker: 1_024, requestsInHand: 500, ...limits },
  })
  await writeConfiguration(before(gateways))
  const logFile = join(folder, 'log')
  const child = await startChild(await nginxLaunch(folder, cacheFolder(process.env)), logFile, 'SIGTERM')
  const edge: EdgeProcess = {
    port,
    https: `https://${HOST}:${port}`,
    inner: `http://${HOST}:${innerPort}`,
    wss: `wss://${HOST}:${port}/ws`,
    authority: await readFile(authorityFile, 'utf8'),
    authorityFile,
    log: async () => await readFile(logFile, 'utf8'),
    reload: (behind) => reloadEdge(before(behind), cacheFolder(process.env)),
    async stop() {
      await child.stop('SIGTERM', 5_000)
      await rm(folder, { recursive: true, force: true })
    },
  }
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    try {
      await probeHttps(`${edge.https}/healthz`, authorityFile)
      return edge
    } catch (error) {
      if (child.running && Date.now() < deadline) await wait(50)
      else {
        const said = await edge.log()
        await edge.stop()
        throw new Error(`the edge does not answer:\n${said}`, { cause: error })
      }
    }
  }
}
