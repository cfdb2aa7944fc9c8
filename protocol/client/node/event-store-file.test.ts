import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { event, eventStoreContract } from '../event-store.contract.ts'
import type { EventStore } from '../event-store.ts'
import { fileEventStore } from './event-store-file.ts'

let scratch: string
let program: string
let folder: string
let folders = 0
const children = new Set<ChildProcess>()

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segue-event-store-'))
  program = join(scratch, 'store.mjs')
  await build({
    stdin: {
      contents: `import { fileEventStore } from './event-store-file.ts'
        const store = fileEventStore(JSON.parse(process.argv[2]))
        process.on('message', async ({ number, name, args }) => {
          try {
            process.send({ number, answer: await store[name](...args) })
          } catch (error) {
            process.send({ number, failure: error.message })
          }
        })`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
})

beforeEach(() => {
  folders += 1
  folder = join(scratch, String(folders))
})

const kill = async (child: ChildProcess | undefined) => {
  if (child === undefined) return
  // Answers that were under way are in before the channel closes, and not yet when the process exits.
  const gone = once(child, 'close')
  if (child.kill('SIGKILL')) await gone
  children.delete(child)
}

afterEach(async () => {
  for (const child of children) await kill(child)
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** A store in a process of its own. */
function processWithStore(most: number): { child: ChildProcess; store: EventStore } {
  const child = fork(program, [JSON.stringify({ folder, most })], { execArgv: [] })
  children.add(child)
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()
  child.on('message', (message: { number: number; answer?: never; failure?: string }) => {
    const { number, answer, failure } = message
    if (failure === undefined) waiting.get(number)?.resolve(answer as never)
    else waiting.get(number)?.reject(new Error(failure))
    waiting.delete(number)
  })
  let last = 0
  const call = (name: keyof EventStore, ...args: unknown[]) =>
    new Promise<never>((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      // To one that was killed nothing can be said: whoever called is told, and not whoever waits for its end.
      child.send({ number: last, name, args }, (error) => {
        if (error !== null) reject(error)
      })
    })
  const store: EventStore = {
    load: (account) => call('load', account),
    put: (kept) => call('put', kept),
    remove: (ids) => call('remove', ids),
    close: () => call('close'),
  }
  return { child, store }
}

let holder: ChildProcess | undefined
let mostEvents = 0
const inNewProcess = async (most: number) => {
  await kill(holder)
  mostEvents = most
  const { child, store } = processWithStore(most)
  holder = child
  return store
}
eventStoreContract('a file, its process killed', {
  fresh: inNewProcess,
  after: () => inNewProcess(mostEvents),
})

const here = (changes: { most?: number; sync?: 'never' } = {}) => fileEventStore({ folder, ...changes })

/** The file of the only account. */
async function journal(): Promise<string> {
  const [account = ''] = await readdir(folder)
  return join(folder, account, 'events.jsonl')
}

describe('T2 a store in a file, killed in the midst of its writes', () => {
  it('has every event that it said it has, in order, once', async () => {
    let put = 0
    for (let round = 0; round < 8; round++) {
      const { child, store } = processWithStore(10_000)
      const { events, lastSeq } = await store.load('ada')
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: events.length }, (_, at) => at + 1))
      // The one that was under way may be there too, as nobody was told that it is not.
      expect([put, put + 1]).toContain(lastSeq)
      expect(events).toHaveLength(lastSeq)
      put = lastSeq
      const writing = (async () => {
        for (;;) {
          await store.put(event(put + 1))
          put += 1
        }
      })()
      writing.catch(() => undefined)
      while (put === lastSeq) await wait(5)
      await wait(20 + Math.random() * 60)
      await kill(child)
    }
    expect(put).toBeGreaterThanOrEqual(8)
  }, 60_000)

  it.each([
    ['cut', (whole: string) => whole.slice(0, -20)],
    ['cut after its last character', (whole: string) => whole.slice(0, -1)],
    ['overwritten by zeros', (whole: string) => `${whole.slice(0, -20)}${'\0'.repeat(20)}`],
  ])('goes on behind a last line that is %s', async (how, damage) => {
    const before = here()
    await before.load('ada')
    for (const seq of [1, 2, 3]) await before.put(event(seq))
    await before.close()
    const file = await journal()
    await writeFile(file, damage(await readFile(file, 'utf8')))
    const after = here()
    const kept = how === 'cut after its last character' ? [1, 2, 3] : [1, 2]
    expect((await after.load('ada')).events).toEqual(kept.map((seq) => event(seq)))
    await after.put(event(4))
    await after.close()
    const last = here()
    expect((await last.load('ada')).events).toEqual([...kept, 4].map((seq) => event(seq)))
    await last.close()
  })

  it('passes over lines that are no entries', async () => {
    const store = here()
    await store.load('ada')
    await store.put(event(1))
    await store.close()
    await appendFile(await journal(), '5\nnull\n{"other":1}\n')
    expect(await store.load('ada')).toEqual({ events: [event(1)], lastSeq: 1 })
    await store.close()
  })
})

describe('T2 one process at a time', () => {
  it('a living one keeps the others out, a dead one does not', async () => {
    const { child, store } = processWithStore(10)
    await store.load('ada')
    await store.put(event(1))
    const other = here()
    await expect(other.load('ada')).rejects.toThrow(`is in use by process ${child.pid}`)
    // Another account is another queue.
    expect(await other.load('bob')).toEqual({ events: [], lastSeq: 0 })
    await kill(child)
    expect((await other.load('ada')).events).toEqual([event(1)])
    await expect(here().load('ada')).rejects.toThrow(`is in use by process ${process.pid}`)
    await other.close()
    const next = here()
    expect((await next.load('ada')).events).toEqual([event(1)])
    await next.close()
  })

  it('one that is being closed keeps the next waiting, which finds all that it was given', async () => {
    const closing = here({ sync: 'never' })
    await closing.load('ada')
    const events = Array.from({ length: 200 }, (_, at) => event(at + 1))
    const kept = events.map((each) => closing.put(each))
    const closed = closing.close()
    const next = here()
    expect(await next.load('ada')).toEqual({ events, lastSeq: 200 })
    await Promise.all([...kept, closed])
    await next.close()
  })

  it('of many that come for what a dead one left, one has it', async () => {
    const { child, store } = processWithStore(10)
    await store.load('ada')
    await store.put(event(1))
    await kill(child)
    const racers = Array.from({ length: 8 }, () => processWithStore(10).store)
    const loads = await Promise.allSettled(racers.map((racer) => racer.load('ada')))
    const winners = loads.flatMap((load) => (load.status === 'fulfilled' ? [load.value] : []))
    expect(winners).toEqual([{ events: [event(1)], lastSeq: 1 }])
    expect((await readdir(join(await journal(), '..'))).sort()).toEqual(['events.jsonl', 'lock'])
  })

  it('a lock whose process number has passed to another process is no lock', async () => {
    const store = here()
    await store.load('ada')
    await store.close()
    await writeFile(join(await journal(), '..', 'lock'), `${process.ppid} 1 somebody`)
    expect(await store.load('ada')).toEqual({ events: [], lastSeq: 0 })
    await store.close()
  })
})

describe('T2 the file', () => {
  it('stays small, however many events pass through it', async () => {
    const store = here({ most: 100, sync: 'never' })
    await store.load('ada')
    for (let seq = 1; seq <= 3_000; seq++) {
      await store.put(event(seq))
      await store.remove([event(seq).id])
    }
    expect((await stat(await journal())).size).toBeLessThan(500 * 1024)
    await store.close()
    expect(await store.load('ada')).toEqual({ events: [], lastSeq: 3_000 })
    expect((await readFile(await journal(), 'utf8')).trim().split('\n')).toHaveLength(1)
    await store.close()
  }, 60_000)

  it('is readable by nobody else', async () => {
    const store = here()
    await store.load('ada')
    await store.close()
    expect((await stat(await journal())).mode & 0o077).toBe(0)
  })
})
