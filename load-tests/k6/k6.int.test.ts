/** Owns the test that k6 speaks the protocol here, and that a run fails when it should. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { k6 } from '../../infra/k6/program.ts'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { installTools } from '../../infra/stack/install.ts'
import { silentScreen } from '../../infra/stack/screen.ts'
import type { Report } from './report/report.ts'
import { type LoadRun, runLoad } from './run-load.ts'
import type { Target } from './target.ts'

const CLIENTS = 4
const SECONDS = 12
const cacheDir = cacheFolder(process.env)
const { signal } = new AbortController()

let keys: KeyServer
let gateway: GatewayProcess
let target: Target
let reportFolder: string

beforeAll(async () => {
  // Where `npm test` has been, it is there.
  await installTools([k6], { cacheDir, screen: silentScreen, signal })
  const env = inject('stackEnv')
  await loadDemoCatalog(env, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({ ...env, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })
  const accounts = Array.from({ length: CLIENTS }, (_, n) => ({ sub: `acct-k6-${n}`, plan: 'family' }))
  const tokens = await Promise.all(accounts.map((claims) => keys.token({ claims })))
  target = { urls: [gateway.ws], tokens, deploy: undefined, pids: () => [], close: async () => undefined }
  reportFolder = await mkdtemp(join(tmpdir(), 'segue-k6-test-'))
}, 600_000)

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
  if (reportFolder !== undefined) await rm(reportFolder, { recursive: true, force: true })
})

async function smoke(changes: Partial<LoadRun>): Promise<{ exitCode: number; report: Report; page: string }> {
  const { exitCode } = await runLoad(
    {
      scenario: 'smoke',
      clients: { listener: CLIENTS },
      clientsOfAVu: 2,
      seconds: SECONDS,
      fetchAudio: true,
      // A machine that does other things answers late, which is not what is looked at here.
      thresholds: { segue_answer: ['p(95)<10000'] },
      reportFolder,
      k6Args: ['--local-ips', '127.8.0.1-127.8.0.8'],
      cacheDir,
      screen: silentScreen,
      signal,
      ...changes,
    },
    target,
  )
  const [json, page] = await Promise.all(
    ['summary.json', 'summary.html'].map((file) => readFile(join(reportFolder, file), 'utf8')),
  )
  return { exitCode, report: JSON.parse(json ?? ''), page: page ?? '' }
}

describe('k6 against a gateway', () => {
  it('C1 C2 plays, pauses, seeks, goes on to the next track, fetches what is granted, and loses no event', async () => {
    const { exitCode, report, page } = await smoke({})
    expect(report.thresholds.filter(({ ok }) => !ok)).toEqual([])
    expect(exitCode).toBe(0)
    expect(report.checks.map(({ name, passes, fails }) => [name, passes, fails])).toContainEqual([
      'next begins another stream',
      CLIENTS,
      0,
    ])
    expect(report.metrics.segue_listeners?.values.count).toBe(CLIENTS)
    expect(report.metrics.segue_events_acked?.values.count).toBeGreaterThanOrEqual(2 * CLIENTS)
    expect(report.metrics.http_req_failed?.values.rate).toBe(0)
    expect(page).toContain('Every threshold was kept')
  })

  it('a threshold that cannot be kept fails the run, and the page says which', async () => {
    const { exitCode, report, page } = await smoke({
      seconds: 10,
      clients: { listener: 1 },
      thresholds: { segue_sign_in: ['max<0'] },
    })
    expect(exitCode).toBe(99)
    expect(report.thresholds.filter(({ ok }) => !ok)).toMatchObject([{ metric: 'segue_sign_in', rule: 'max<0' }])
    expect(page).toContain('Thresholds were not kept')
  })

  it('a run in which nobody could come is no success', async () => {
    const { urls } = target
    target = { ...target, urls: [gateway.ws.replace(/:\d+\//, ':9/')] }
    const { exitCode } = await runLoad(
      {
        scenario: 'smoke',
        clients: { listener: 1 },
        clientsOfAVu: 1,
        seconds: 10,
        fetchAudio: false,
        thresholds: {},
        reportFolder,
        k6Args: [],
        cacheDir,
        screen: silentScreen,
        signal,
      },
      target,
    )
    target = { ...target, urls }
    expect(exitCode).not.toBe(0)
  })
})
