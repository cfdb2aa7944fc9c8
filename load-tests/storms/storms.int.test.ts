import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentScreen } from '../../infra/stack/screen.ts'
import { death } from './death.ts'
import { jitter } from './jitter.ts'
import { faultsOf } from './outcome.ts'
import { openYard, type Yard } from './yard.ts'

const CLIENTS = 300
const SECONDS = 5

let yard: Yard
const stop = new AbortController()

beforeAll(async () => {
  yard = await openYard({
    generators: 2,
    pin: false,
    profileFolder: undefined,
    screen: silentScreen,
    signal: stop.signal,
  })
})

afterAll(async () => {
  await yard?.close()
})

describe('storms, small', () => {
  it('U1 C6 D1 clients dropped again and again get all they missed, once, and no acknowledged event is lost', async () => {
    const { outcomes, settled } = await jitter(yard, {
      clients: CLIENTS,
      runs: 1,
      floor: true,
      seconds: SECONDS,
      onlineMs: 2_000,
      awayMs: 500,
    })
    expect(outcomes.flatMap(faultsOf)).toEqual([])
    expect(settled).toMatchObject({ due: 0, lost: 0 })
    const [segue, floor] = outcomes
    expect(segue?.returns).toBeGreaterThanOrEqual(CLIENTS)
    expect(segue?.returns_with_replay).toBeGreaterThan(CLIENTS / 2)
    expect(segue?.answered).toBe(segue?.asked)
    expect(settled.acknowledged).toBe(segue?.returns)
    // A bare server says nothing again, which is what the drops are about.
    expect(floor?.returns).toBeGreaterThanOrEqual(CLIENTS)
    expect(floor?.answered).toBeLessThan((floor?.asked ?? 0) / 2)
  })

  it('U1 D1 D8 a gateway killed under its sessions: all are back, by themselves, with nothing twice', async () => {
    const { outcomes, settled } = await death(yard, {
      clients: CLIENTS,
      runs: 1,
      floor: false,
      reportEveryMs: 1_000,
      sequels: ['again', 'another-herd'],
      steadyMs: 1_000,
    })
    expect(outcomes.flatMap(faultsOf)).toEqual([])
    expect(outcomes.map(({ returns }) => returns)).toEqual(outcomes.map(() => CLIENTS))
    expect(settled).toMatchObject({ due: 0, lost: 0 })
    expect(settled.acknowledged).toBeGreaterThan(CLIENTS * outcomes.length)
  })
})
