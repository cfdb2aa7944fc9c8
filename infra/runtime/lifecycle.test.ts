import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Service, startServices } from './lifecycle.ts'
import { createLogger } from './log.ts'

const log = createLogger('test', 'silent')
const service = (name: string, told: string[], fields: Partial<Service> = {}): Service => ({
  name,
  async start() {
    told.push(`start ${name}`)
  },
  async drain() {
    told.push(`drain ${name}`)
  },
  async stop() {
    told.push(`stop ${name}`)
  },
  ...fields,
})

describe('services', () => {
  it('start in order, drain in reverse, then stop in reverse', async () => {
    const told: string[] = []
    const running = await startServices([service('a', told), service('b', told)], log)
    await Promise.all([running.shutdown(Date.now() + 1_000), running.shutdown(Date.now() + 1_000)])
    expect(told).toEqual(['start a', 'start b', 'drain b', 'drain a', 'stop b', 'stop a'])
  })

  it('are stopped when one cannot start', async () => {
    const told: string[] = []
    const broken = service('b', told, { start: () => Promise.reject(new Error('no')) })
    await expect(startServices([service('a', told), broken, service('c', told)], log)).rejects.toThrow('no')
    expect(told).toEqual(['start a', 'stop b', 'stop a'])
  })

  it('are stopped though one drains for ever', async () => {
    const told: string[] = []
    const endless = service('b', told, { drain: () => new Promise(() => undefined) })
    const running = await startServices([service('a', told), endless], log)
    await running.shutdown(Date.now() + 50)
    expect(told).toEqual(['start a', 'start b', 'drain a', 'stop b', 'stop a'])
  })
})

/** Runs a process with one service, sends SIGTERM when it says so, and gives its exit code and what it said. */
async function runProcess(methods: string): Promise<{ code: number | null; said: string }> {
  const script = `
    import { runUntilSignal } from '${new URL('./lifecycle.ts', import.meta.url)}'
    import { createLogger } from '${new URL('./log.ts', import.meta.url)}'
    const wait = (ms, signal) => new Promise((resolve, reject) => {
      setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
    const service = { name: 'tried', async start() {}, async stop() { console.log('stopped') }, ${methods} }
    setInterval(() => undefined, 1_000)
    setTimeout(() => console.log('now'), 100)
    runUntilSignal([service], createLogger('test', 'silent'), 2_000).then(() => process.exit(0), () => process.exit(3))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
    if (String(chunk).includes('now')) child.kill('SIGTERM')
  })
  const [code] = await once(child, 'exit')
  return { code, said }
}

describe('a process', () => {
  it.each([
    ['that runs', ''],
    ['that is starting, and hears the signal', 'start: (signal) => wait(60_000, signal)'],
    ['that is starting, and does not', 'start: () => wait(500)'],
    ['whose drain takes all the time it gets, and more', 'drain: () => wait(60_000)'],
    [
      'whose stop needs a moment after that',
      "drain: () => wait(60_000), stop: () => wait(50).then(() => console.log('stopped'))",
    ],
  ])('%s ends with 0 on SIGTERM, stopped', async (_name, methods) => {
    expect(await runProcess(methods)).toEqual({ code: 0, said: 'now\nstopped\n' })
  })

  it('that cannot start says so', async () => {
    expect((await runProcess("start: () => Promise.reject(new Error('no'))")).code).toBe(3)
  })
})
