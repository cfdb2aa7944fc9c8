/** Owns the test of the tutorial, step by step as its reader takes them: the packed SDK, a token by the command, each player against the real servers. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { launchBrowser, openPage } from '../../../gateway/pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from '../../../gateway/testing/gateway-process.ts'
import { loadDemoCatalog } from '../../../infra/demo/load-demo-catalog.ts'
import { measureLoudness } from '../../../infra/ffmpeg/loudness.ts'
import { PROJECT_ROOT } from '../../../infra/stack/folders.ts'
import { buildSdk } from '../pack/build.ts'

const run = promisify(execFile)
/** Ten chunks, of which two have to be heard first, on a machine that may have other things to do. */
const PLAYED_WITHIN_MS = 90_000
const TEST_WITHIN_MS = 120_000

let folder: string
let gateway: GatewayProcess
let token: string
const started: ChildProcess[] = []

beforeAll(async () => {
  const stack: Record<string, string> = {
    ...inject('stackEnv'),
    SEGUE_HEARTBEAT_INTERVAL_MS: '1000',
  }
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  gateway = await startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT))
  folder = await mkdtemp(join(tmpdir(), 'segue-tutorial-'))
  await mkdir(join(folder, 'node_modules/@segue'), { recursive: true })
  await buildSdk(join(folder, 'node_modules/@segue/player'))
  await symlink(join(PROJECT_ROOT, 'node_modules/ws'), join(folder, 'node_modules/ws'))
  for (const name of ['browser', 'node', 'own']) {
    await cp(join(import.meta.dirname, name), join(folder, name), { recursive: true })
  }
  const said = await run('npm', ['run', '-s', 'segue', '--', 'token', 'ada'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...stack },
  })
  token = said.stdout.trim()
})

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await gateway?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a player of the tutorial, and gives what it has said so far. */
function play(name: string): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, ['player.mjs'], {
    cwd: join(folder, name),
    env: { ...process.env, SEGUE_GATEWAY: gateway.http, SEGUE_TOKEN: token },
  })
  started.push(child)
  let text = ''
  const take = (part: Buffer) => {
    text += part
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return { child, said: () => text }
}

const soon = (look: () => unknown) => expect.poll(look, { timeout: PLAYED_WITHIN_MS, interval: 200 })

describe('the tutorial', () => {
  test(
    'the player in Node signs in, plays on as its playhead moves, and saves audio that can be heard',
    async () => {
      const { child, said } = play('node')
      await soon(said).toContain('connected')
      // Eight chunks at most are granted ahead: more come only to a playhead that moves.
      await soon(said).toMatch(/: chunk 10 of \d+/)
      child.kill()
      const saved = await measureLoudness(join(folder, 'node/track.mp4'), 3_600_000)
      expect(saved.decodeErrors).toEqual([])
      expect(saved.decodedMs).toBeGreaterThan(32_000)
      expect(saved.integratedLufs).toBeGreaterThan(-30)
    },
    TEST_WITHIN_MS,
  )

  test(
    'the player without the SDK signs in, plays on as its playhead moves, and is given every chunk',
    async () => {
      const { child, said } = play('own')
      await soon(said).toMatch(/chunk 9: \d{4,} bytes/)
      const chunks = [...said().matchAll(/chunk (\d+)/g)].map(([, index]) => Number(index))
      expect(chunks).toEqual(chunks.map((_, at) => at))
      child.kill()
    },
    TEST_WITHIN_MS,
  )

  test(
    'the page is heard, behind the server that it is developed with',
    async () => {
      const root = join(folder, 'browser')
      process.env.SEGUE_GATEWAY = gateway.http
      let server: ViteDevServer | undefined
      let browser: Browser | undefined
      try {
        server = await createServer({ root, logLevel: 'silent', server: { host: '127.0.0.1', port: 0 } })
        await server.listen()
        browser = await launchBrowser()
        const [origin] = server.resolvedUrls?.local ?? []
        const { page, errors } = await openPage(browser, `${origin}#${token}`)
        await soon(() => page.locator('output').textContent()).toBe('connected')
        await page.getByRole('button', { name: 'Play' }).click()
        await soon(() =>
          page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.currentTime),
        ).toBeGreaterThan(4)
        expect(errors).toEqual([])
      } finally {
        delete process.env.SEGUE_GATEWAY
        await browser?.close()
        await server?.close()
      }
    },
    TEST_WITHIN_MS,
  )
})

test('the tutorial names the package file that is packed', async () => {
  const { version } = JSON.parse(await readFile(join(folder, 'node_modules/@segue/player/package.json'), 'utf8'))
  expect(await readFile(join(import.meta.dirname, 'README.md'), 'utf8')).toContain(`segue-player-${version}.tgz`)
})
