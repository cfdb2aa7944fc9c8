import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentScreen } from '../../infra/stack/screen.ts'
import { bench } from './bench.ts'
import { tables } from './report.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
const stop = new AbortController()

beforeAll(async () => {
  rig = await openRig({ screen: silentScreen, signal: stop.signal, profileFolder: undefined }, true)
})

afterAll(async () => {
  await rig?.close()
})

it('the bench, small: every server does its work, and both sides are metered', async () => {
  const found = await bench(rig, {
    works: ['heartbeat-16', 'telemetry', 'resume'],
    servers: ['bare-producer', 'uws', 'uws-token', 'segue', 'socketio'],
    runs: 1,
  })
  expect(found.filter(({ failed }) => failed !== undefined)).toEqual([])
  expect(found.map(({ work, server }) => `${work} ${server}`)).toEqual([
    ...['heartbeat-16 uws', 'heartbeat-16 segue', 'heartbeat-16 socketio'],
    ...['telemetry bare-producer', 'telemetry segue', 'telemetry socketio'],
    ...['resume uws-token', 'resume segue', 'resume socketio'],
  ])
  // The kernel counts processor time by the hundredth of a second: of a second's work on a busy machine that may be none.
  const cpuUs = (of: string) =>
    found.filter(({ server }) => server === of).reduce((sum, { runs }) => sum + (runs[0]?.cpu_us ?? Number.NaN), 0)
  for (const server of ['segue', 'socketio']) expect(cpuUs(server)).toBeGreaterThan(0)
  expect(tables(found).join('\n')).toContain('| Segue gateway | ')
})
