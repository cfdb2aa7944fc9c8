/** Owns what the command gave to the script: settings and tokens, read once and shared by all VUs of a generator. */

import { SharedArray } from 'k6/data'
import exec from 'k6/execution'
import type { RoleName } from '../scenarios.ts'
import type { LoadSettings } from '../settings.ts'

/** k6's own, at the beginning of each VU; to TypeScript `open` is the browser's. */
const readText = (globalThis as unknown as { open(path: string): string }).open
const settingsFile = __ENV.SEGUE_LOAD
if (settingsFile === undefined) throw new Error('SEGUE_LOAD names no file of settings: begin by `npm run load`')

export const settings: LoadSettings = JSON.parse(readText(settingsFile))
const tokens = new SharedArray<string>('tokens', () => JSON.parse(readText(settings.tokensFile)))

const ROLES = Object.keys(settings.clients) as RoleName[]

/** One client of a role, counted over all generators. */
export interface Place {
  readonly number: number
  readonly token: string
}

/** Those that this iteration is: one iteration holds as many as a VU may. */
export function placesOf(role: RoleName): readonly Place[] {
  const all = settings.clients[role] ?? 0
  const from = exec.scenario.iterationInTest * settings.clientsOfAVu
  const many = Math.max(0, Math.min(settings.clientsOfAVu, all - from))
  const before = ROLES.slice(0, ROLES.indexOf(role)).reduce((sum, name) => sum + (settings.clients[name] ?? 0), 0)
  return Array.from({ length: many }, (_, i) => {
    const token = tokens[before + from + i]
    if (token === undefined) throw new Error(`there is no token for ${role} ${from + i}`)
    return { number: from + i, token }
  })
}

/** The gateway that a client tries, by the attempt: the next one each time. */
export function urlOf(number: number, attempt: number): string {
  const { urls } = settings
  return urls[(number + attempt) % urls.length] ?? ''
}

/** When this role began, the same for each of its VUs on a generator. */
export const beganMs = (): number => exec.scenario.startTime
export const endsMs = (): number => beganMs() + settings.seconds * 1_000

export function until(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(1, atMs - Date.now())))
}

/** For what is looked up before anybody comes. */
export function firstToken(): string {
  const token = tokens[0]
  if (token === undefined) throw new Error(`${settings.tokensFile} holds no token`)
  return token
}
