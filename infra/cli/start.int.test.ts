/** Owns the test of the two commands as a person meets them: up, in the way, down, up again, killed, forgotten. */

import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, launchBrowser, openPage } from '../../gateway/pages/testing/browser.ts'
import { POSTGRES_PROBE } from '../postgres/server.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { inDataFolder } from '../stack/folders.ts'
import { freePorts, type Ports } from '../stack/ports.ts'
import type { StackStatus } from '../stack/status/book.ts'
import { allGone, partsOf, type SegueProcess, segue } from './testing/segue-process.ts'

const UP = /Segue is up, after ([\d.]+) s/

let parent: string
let dataDir: string
let ports: Ports
let running: SegueProcess | undefined

async function run(...words: string[]): Promise<{ code: number | null; said: string }> {
  const command = segue({ dataDir, ports }, ...words)
  return { code: await command.ended, said: command.said() }
}

/** Starts the stack and gives the seconds it says it took. */
async function start(): Promise<number> {
  const command = segue({ dataDir, ports }, 'start', '--no-demo', '--no-search')
  running = command
  await until(() => UP.test(command.said()) || command.child.exitCode !== null, 100_000)
  const seconds = UP.exec(command.said())?.[1]
  if (seconds === undefined) throw new Error(`start did not come up:\n${command.said()}`)
  return Number(seconds)
}

async function until(done: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${done}\n${running?.said() ?? ''}`)
    await sleep(100)
  }
}

const parts = () => partsOf(dataDir)
const status = async () => (await (await fetch(`http://127.0.0.1:${ports.status}/status.json`)).json()) as StackStatus

/** What a browser gets that was led to this address by another name. */
async function statusCodeAs(host: string, port: number): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path: '/status.json', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.once('error', reject)
  })
}

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'segue-start-'))
  dataDir = join(parent, 'data')
  ports = await freePorts()
})

afterAll(async () => {
  running?.child.kill('SIGTERM')
  await running?.ended
  await rm(parent, { recursive: true, force: true })
})

describe('npm start', () => {
  test('brings up every part and shows the pages', async () => {
    await start()
    expect(Object.keys(await parts()).sort()).toEqual(
      ['clickhouse', 'gateway', 'issuer', 'kafka', 'minio', 'postgres', 'redis', 'workers'].sort(),
    )
    const page = `http://127.0.0.1:${ports.gateway}`
    expect((await fetch(`${page}/`)).status).toBe(200)
    expect((await fetch(`${page}/dashboard`)).status).toBe(200)
  })

  test('has each service signed in to PostgreSQL as itself, and gives none the address of the admin', async () => {
    const { SEGUE_POSTGRES_URL: admin = '' } = await readEnvFile(inDataFolder.environment(dataDir))
    const client = new pg.Client({ connectionString: admin })
    await client.connect()
    const seen = new Set<string>()
    await until(async () => {
      // Gateway and workers ask every two seconds whether it is there, by the role that they work as.
      const { rows } = await client.query(
        `SELECT usename FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> '${POSTGRES_PROBE}'
           AND pid <> pg_backend_pid()`,
      )
      for (const { usename } of rows) seen.add(usename)
      return seen.has('segue_gateway') && seen.has('segue_royalties')
    }, 120_000).finally(() => client.end())
    expect(seen).not.toContain('segue')
    const { gateway, workers } = await parts()
    for (const part of [gateway, workers]) {
      const environment = await readFile(`/proc/${part?.pid}/environ`, 'utf8')
      expect(environment).not.toContain(new URL(admin).password)
    }
  })

  test('refuses a second one and a reset while it runs', async () => {
    const pid = running?.child.pid
    expect(await run('start')).toMatchObject({
      code: 1,
      said: expect.stringContaining(`already running as pid ${pid}`),
    })
    expect(await run('reset', '--yes')).toMatchObject({
      code: 1,
      said: expect.stringContaining('stop npm start first'),
    })
  })

  test('has a page that says how each part stands, for whoever opens it at its own name', async () => {
    expect(running?.said()).toContain(`http://127.0.0.1:${ports.status}/`)
    const { state, parts: told } = await status()
    expect(state).toBe('up')
    expect(told.map(({ name }) => name).sort()).toEqual(Object.keys(await parts()).sort())
    for (const part of told) {
      expect([part.name, part]).toMatchObject([part.name, { state: 'ready', problem: '', todo: '' }])
      expect(part.version, part.name).toMatch(/^\d+\.\d+|^\d{4}-\d\d-\d\d /)
      expect(part.used_mb, part.name).toBeGreaterThan(1)
      expect(part.used_mb, part.name).toBeLessThan(part.limit_mb)
    }
    const { SEGUE_POSTGRES_URL: admin = '' } = await readEnvFile(inDataFolder.environment(dataDir))
    expect(JSON.stringify(told)).not.toContain(new URL(admin).password)
    expect(await statusCodeAs('segue.example', ports.status)).toBe(421)
    const browser = await launchBrowser()
    try {
      const { page, errors } = await openPage(browser, `http://127.0.0.1:${ports.status}/`)
      await page.getByRole('heading', { name: 'Everything is up' }).waitFor()
      expect(await page.locator('.part').count()).toBe(told.length)
      expect(await page.getByRole('link', { name: 'Player' }).first().getAttribute('href')).toBe(
        `http://127.0.0.1:${ports.gateway}/`,
      )
      expect(await accessibilityFaults(page)).toEqual([])
      expect(errors).toEqual([])
    } finally {
      await browser.close()
    }
  })

  test('starts the gateway again when it is killed, and says so', async () => {
    const before = (await parts()).gateway
    const seen = new Set<string>()
    if (before === undefined) throw new Error('no gateway in the record')
    process.kill(before.pid, 'SIGKILL')
    await until(async () => {
      const gateway = (await status()).parts.find(({ name }) => name === 'gateway')
      seen.add(`${gateway?.state} ${gateway?.problem}`)
      return running?.said().includes('Gateway is back') ?? false
    }, 120_000)
    // It is `failed` for half a second only, which a look may miss.
    expect([...seen]).toContainEqual(expect.stringMatching(/^restarting SIGKILL/))
    expect(running?.said()).toContain('Gateway ended by itself (SIGKILL)')
    expect((await fetch(`http://127.0.0.1:${ports.gateway}/readyz`)).status).toBe(200)
  })

  test('ends at Ctrl-C, twice pressed, within half a minute and leaves no process', async () => {
    const marks = await parts()
    const beganMs = Date.now()
    running?.child.kill('SIGINT')
    running?.child.kill('SIGINT')
    expect(await running?.ended).toBe(0)
    expect(Date.now() - beganMs).toBeLessThan(30_000)
    expect(await allGone(marks)).toBe(true)
    await expect(access(inDataFolder.processes(dataDir))).rejects.toThrow('ENOENT')
  })

  test('is up within a minute the second time', async () => {
    expect(await start()).toBeLessThan(60)
  })

  test('takes its parts along when it is killed itself, and starts again', async () => {
    const marks = await parts()
    running?.child.kill('SIGKILL')
    await until(() => allGone(marks), 60_000)
    await start()
  })

  test('ends everything and says why when a server dies', async () => {
    const { redis, ...others } = await parts()
    if (redis === undefined) throw new Error('no redis in the record')
    process.kill(redis.pid, 'SIGKILL')
    expect(await running?.ended).toBe(1)
    expect(running?.said()).toContain('segue: Redis 7 ended by itself (SIGKILL)')
    expect(await allGone(others)).toBe(true)
  })
})

describe('npm run reset', () => {
  test('deletes the data folder, and has nothing to do after that', async () => {
    expect(await run('reset', '--yes')).toMatchObject({ code: 0, said: expect.stringContaining(`Deleted ${dataDir}`) })
    await expect(access(dataDir)).rejects.toThrow('ENOENT')
    expect(await run('reset')).toMatchObject({ code: 0, said: expect.stringContaining('Nothing to forget') })
  })
})
