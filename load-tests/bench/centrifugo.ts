/** Owns Centrifugo as a peer: compiled once by Go from a pinned source, kept in the cache, started with tokens of the yard. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { exists, installAside } from '../../infra/stack/install-aside.ts'
import { plainEnv } from '../../infra/stack/plain-env.ts'
import { HOST } from '../../infra/stack/ports.ts'
import { runTool } from '../../infra/stack/run-tool.ts'
import { asStep } from '../../infra/stack/screen.ts'
import { type Contender, type ContenderStart, startOther } from '../storms/contender.ts'
import type { Yard } from '../storms/yard.ts'
import { FAN_CHANNEL } from './generator/centrifugo-voice.ts'

const VERSION = 'v6.9.1'
const API_KEY = 'bench'

export async function startCentrifugo(start: ContenderStart, yard: Yard): Promise<Contender> {
  const place = join(cacheFolder(process.env), 'centrifugo', VERSION)
  if (!(await exists(place))) await install(place, yard)
  const { SEGUE_JWKS_URL, SEGUE_ISSUER_URL } = yard.env
  const configFile = join(start.logFolder, `centrifugo-${start.port}.json`)
  const channels = { allow_subscribe_for_client: true, allow_publish_for_client: true }
  const config = {
    http_server: { address: start.context.host, port: start.port },
    client: {
      token: { jwks_public_endpoint: SEGUE_JWKS_URL, issuer: SEGUE_ISSUER_URL, audience: 'segue-gateway' },
      // A whole run without its pings, as the others are without theirs.
      ping_interval: '240s',
      pong_timeout: '60s',
    },
    channel: { namespaces: ['fan', 'say'].map((name) => ({ name, ...channels })) },
    http_api: { key: API_KEY },
    log: { level: 'warn' },
  }
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 })
  return startOther(start, 'Centrifugo', async () => ({
    command: join(place, 'centrifugo'),
    args: ['--config', configFile],
    env: plainEnv({}),
  }))
}

async function install(place: string, { screen, signal }: Yard): Promise<void> {
  await asStep(screen, 'Centrifugo by Go (some minutes)', async (step) => {
    await installAside(place, async (aside) => {
      await runTool(
        {
          command: 'go',
          args: ['install', '-v', '-trimpath', '-ldflags=-s -w', `github.com/centrifugal/centrifugo/v6@${VERSION}`],
          env: { GOBIN: aside },
          cwd: aside,
          logFile: join(cacheFolder(process.env), 'logs', 'centrifugo.log'),
          signal,
        },
        step,
      )
    })
    return undefined
  })
}

/** Tells all who subscribed to the channel, `times` messages in one request. */
export async function publishByCentrifugo(port: number, times: number, data: object): Promise<void> {
  const commands = Array.from({ length: times }, () => ({ publish: { channel: FAN_CHANNEL, data } }))
  const answer = await fetch(`http://${HOST}:${port}/api/batch`, {
    method: 'POST',
    headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ commands }),
  })
  if (!answer.ok) throw new Error(`Centrifugo answered ${answer.status}`)
  await answer.arrayBuffer()
}
