/** Owns the examination: every configured system asked side by side, each with what is wrong and what to do. */

import { type FailureClass, failureClass } from '../runtime/failure-class.ts'
import type { EnvRecord } from '../stack/env-file.ts'
import { SYSTEMS, type System } from './systems.ts'

export interface Finding {
  readonly title: string
  /** Without what is secret in it. */
  readonly address: string
  /** `off`: nobody started it, and nothing waits for it. */
  readonly state: 'well' | 'ill' | 'off'
  /** Its version, or what was found. */
  readonly found: string
  /** '' when nothing is to be done. */
  readonly todo: string
}

const REMEDIES: Readonly<Record<FailureClass, (system: System) => string>> = {
  refused: ({ start, variable }) => `start it (${start}), or set ${variable} to where it is`,
  unreachable: ({ variable }) => `nobody is known by that name: set ${variable} to where it is`,
  timeout: ({ title }) => `it does not answer in time: look at the log of ${title}, and at the network between`,
  'not-allowed': ({ variable }) => `it does not know this user or password: set ${variable} to one that it knows`,
  starting: () => 'it is starting: ask again in a minute',
  'not-writable': () => 'it takes no writes: look at its disk, its memory and its replicas',
  broken: ({ title }) => `it hung up: look at the end of the log of ${title}`,
  other: ({ title }) => `look at the log of ${title}`,
}

/** @param systems all of them, unless said otherwise */
export async function examine(env: EnvRecord, systems: readonly System[] = SYSTEMS): Promise<readonly Finding[]> {
  const configured = systems.filter(({ variable }) => (env[variable] ?? '') !== '')
  return await Promise.all(configured.map((system) => examineOne(system, env)))
}

async function examineOne(system: System, env: EnvRecord): Promise<Finding> {
  const { title, expects } = system
  const address = addressOf(system, env)
  const shown = { title, address: withoutSecrets(address) }
  try {
    const found = await system.ask(address, env)
    if (expects === undefined || expects.pattern.test(found)) return { ...shown, state: 'well', found, todo: '' }
    return { ...shown, state: 'ill', found, todo: `version ${expects.text} is needed` }
  } catch (error) {
    const why = failureClass(error)
    if (system.optional === true && why === 'refused') {
      return { ...shown, state: 'off', found: 'not started', todo: `${system.start} starts it` }
    }
    const said = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return { ...shown, state: 'ill', found: why === 'other' ? `${said}` : why, todo: REMEDIES[why](system) }
  }
}

/** Our own programs have a port, and listen on this machine unless told otherwise. */
function addressOf({ variable }: System, env: EnvRecord): string {
  const value = env[variable] ?? ''
  if (!variable.endsWith('_PORT')) return value
  return `http://${env[variable.replace(/_PORT$/, '_HOST')] ?? '127.0.0.1'}:${value}`
}

function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href.replace(/\/$/, '')
}
