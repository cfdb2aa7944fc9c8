import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSdk } from './build.ts'

const run = promisify(execFile)
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const LIMIT_MS = 120_000

/** Uses every kind of thing that the package exports, as strictly as TypeScript can. */
const CONSUMER = `
import {
  type Client, type ClientState, connect, type EventStore, type Grant, indexedDbEventStore, memoryEventStore,
  type Playback, type Ready, SegueError, SignedOut, type TelemetryEvent, type UpNext,
} from '@segue/player'

class NoSocket {
  binaryType = ''
  readyState = 0
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  send(): void {}
  close(): void {}
}

const store: EventStore = typeof indexedDB === 'undefined' ? memoryEventStore() : indexedDbEventStore()
export const client: Client = connect({
  url: 'ws://localhost/ws',
  token: () => Promise.reject(new SignedOut('nobody')),
  device: { id: 'd', name: 'consumer', kind: 'web' },
  webSocket: NoSocket,
  store,
})
export const state: ClientState = client.state
client.on('ready', (ready: Ready) => { const plan: 'free' | 'individual' | 'duo' | 'family' = ready.account.plan; void plan })
client.on('grant', (grant: Grant) => { const first: string | undefined = grant.chunks[0]?.url; void first })
client.on('playback', (playback: Playback) => { const bitrate: 96 | 160 | 320 | undefined = playback.track?.renditions[0]?.bitrate_kbps; void bitrate })
client.on('up_next', (list: UpNext) => void list)
client.on('acked', ({ events, pending }: { events: readonly TelemetryEvent[]; pending: number }) => void [events, pending])
export function wrong(): void {
  // @ts-expect-error there is no such event
  client.on('nonsense', () => undefined)
  // @ts-expect-error there is no such kind
  client.report('sang', { stream_id: '', position_ms: 0 })
}
export const refused = client.pause(0).catch((error: unknown) => (error instanceof SegueError ? error.code : 'unknown'))
export const seq: number = client.report('position', { stream_id: 's', position_ms: 1 }).seq
client.close()
`

/** What a program in Node imports beside it; no bundler for browsers could. */
const NODE_CONSUMER = `
import { type EventStore } from '@segue/player'
import { type FileStoreOptions, fileEventStore } from '@segue/player/node'

const options: FileStoreOptions = { folder: '/nowhere', sync: 'never' }
export const store: EventStore = fileEventStore(options)
`

const USE = `
import * as sdk from '@segue/player'
import { fileEventStore } from '@segue/player/node'
import { refused, seq, state } from './consumer.bundle.js'
const store = fileEventStore({ folder: './events' })
const event = { id: 'e', seq: 7, kind: 'position', at_ms: 1, stream_id: 's', position_ms: 1 }
await store.load('ada')
await store.put(event)
await store.close()
const { events: kept } = await store.load('ada')
console.log(JSON.stringify({ names: Object.keys(sdk).sort(), refused: await refused, seq, state, kept: kept.map(({ id }) => id) }))
`

let folder: string
let consumer: string
let installed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-sdk-'))
  const dist = join(folder, 'dist')
  consumer = join(folder, 'consumer')
  installed = join(consumer, 'node_modules/@segue/player')
  await mkdir(consumer)
  await buildSdk(dist)
  const packed = await run('npm', ['pack', '--json', '--pack-destination', consumer], { cwd: dist })
  const tarball = JSON.parse(packed.stdout)[0].filename
  await writeFile(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${tarball}`], {
    cwd: consumer,
  })
  await writeFile(join(consumer, 'consumer.ts'), CONSUMER)
  await writeFile(join(consumer, 'node-consumer.ts'), NODE_CONSUMER)
  await writeFile(join(consumer, 'use.js'), USE)
}, LIMIT_MS)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the packed SDK', () => {
  it('is one module with types, and brings and needs nothing else', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: '@segue/player', type: 'module', sideEffects: false })
    expect(manifest.dependencies).toBeUndefined()
    expect((await readdir(installed)).sort()).toEqual([
      'LICENSE.msgpackr',
      'README.md',
      'index.js',
      'node.js',
      'package.json',
      'types',
    ])
    expect(await readdir(join(consumer, 'node_modules/@segue'))).toEqual(['player'])
    const script = await readFile(join(installed, 'index.js'), 'utf8')
    expect(script).not.toMatch(/\bfrom\s*["']|\bimport\s*\(|\bimport\s*["']|\brequire\s*\(/)
    expect(script).not.toContain('node:')
    // What only Node can run needs nothing but Node.
    const forNode = await readFile(join(installed, 'node.js'), 'utf8')
    for (const [, from] of forNode.matchAll(/\bfrom\s*["']([^"']+)["']/g)) expect(from).toMatch(/^node:/)
  })

  it.each([
    ['a bundler', 'ESNext', 'Bundler'],
    ['Node', 'NodeNext', 'NodeNext'],
  ])(
    'type-checks in a strict consumer, resolved as %s does',
    async (_who, module, resolution) => {
      const options = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit']
      const where = ['--target', 'ES2022', '--lib', 'ES2022,DOM', '--module', module]
      const args = [...options, ...where, '--moduleResolution', resolution, 'consumer.ts', 'node-consumer.ts']
      const checked = await run(process.execPath, [TSC, ...args], { cwd: consumer }).catch((error) => error)
      expect(checked.stdout).toBe('')
    },
    LIMIT_MS,
  )

  it(
    'is bundled by a consumer and imported by Node',
    async () => {
      await build({
        absWorkingDir: consumer,
        entryPoints: ['consumer.ts'],
        outfile: 'consumer.bundle.js',
        bundle: true,
        format: 'esm',
        platform: 'browser',
      })
      const { stdout } = await run(process.execPath, ['use.js'], { cwd: consumer })
      expect(JSON.parse(stdout)).toEqual({
        names: ['SegueError', 'SignedOut', 'connect', 'indexedDbEventStore', 'memoryEventStore', 'throughputMeter'],
        refused: 'disconnected',
        seq: 1,
        state: 'connecting',
        kept: ['e'],
      })
    },
    LIMIT_MS,
  )
})
