/** Owns Centrifugo as a peer, started with tokens of the yard. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { goProgram } from '../../infra/stack/go-program.ts'
import { installTools } from '../../infra/stack/install.ts'
import { plainEnv } from '../../infra/stack/plain-env.ts'
import { HOST } from '../../infra/stack/ports.ts'
import { type Contender, type ContenderStart, startOther } from '../storms/contender.ts'
import type { Yard } from '../storms/yard.ts'
import { FAN_CHANNEL } from './generator/centrifugo-voice.ts'

const program = goProgram({
  name: 'centrifugo',
  title: 'Centrifugo',
  package: 'github.com/centrifugal/centrifugo/v6',
  version: 'v6.9.1',
  go: '1.25',
  takes: 'some minutes',
})
const API_KEY = 'bench'

export async function startCentrifugo(start: ContenderStart, yard: Yard): Promise<Contender> {
  const cacheDir = cacheFolder(process.env)
  await installTools([program], { cacheDir, screen: yard.screen, signal: yard.signal })
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
    command: program.path(cacheDir),
    args: ['--config', configFile],
    env: plainEnv({}),
  }))
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
