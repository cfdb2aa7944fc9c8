/** Owns a deploy under load: a gateway is asked to leave while everybody plays, and another one takes its place. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Exit } from '../../infra/stack/child.ts'
import { until } from '../until.ts'
import { ENOUGH_BUFFER_MS } from './gaps.ts'
import type { Rig } from './rig.ts'

const BUFFERED_WITHIN_MS = 30_000
const BACK_WITHIN_MS = 30_000
/** Longer than anybody's buffer would have lasted without a gateway, less what it held at least. */
const LISTEN_ON_MS = 12_000
/** A second signal after this finds the gateway in the middle of its waves. */
const INSIST_AFTER_MS = 200

export interface DeployReport {
  readonly exit: Exit | undefined
  readonly leftAfterMs: number
  /** Players that were at the gateway which left. */
  readonly moved: number
  readonly stallsMs: readonly number[]
}

/** Everybody plays with 10 s in hand; the gateway leaves, comes back as another process, and everybody plays on. */
export async function deploy({ stack, listeners }: Rig): Promise<DeployReport> {
  const before = listeners.map(({ witness }) => witness.resumes)
  await Promise.all(listeners.map((listener) => listener.picks()))
  await until(() => listeners.every(({ player }) => player.bufferMs >= ENOUGH_BUFFER_MS), {
    what: 'everybody to have 10 s in hand',
    withinMs: BUFFERED_WITHIN_MS,
  })
  const askedMs = Date.now()
  const exit = await stack.kill('gateway', 'SIGTERM')
  const leftAfterMs = Date.now() - askedMs
  await stack.restart('gateway')
  await allConnected(listeners)
  await sleep(LISTEN_ON_MS)
  return {
    exit,
    leftAfterMs,
    moved: listeners.filter(({ witness }, index) => witness.resumes > (before[index] ?? 0)).length,
    stallsMs: listeners.flatMap(({ player }) => player.stalls.map(({ stallMs }) => stallMs)),
  }
}

/** Asked twice, a gateway does not wait for anybody. After a deploy everybody is at the second one. */
export async function insist({ stack, listeners }: Rig): Promise<{ exit: Exit | undefined; leftAfterMs: number }> {
  const first = stack.kill('gateway-2', 'SIGTERM')
  await sleep(INSIST_AFTER_MS)
  const askedMs = Date.now()
  const exit = await stack.kill('gateway-2', 'SIGTERM')
  const leftAfterMs = Date.now() - askedMs
  await first
  await stack.restart('gateway-2')
  await allConnected(listeners)
  return { exit, leftAfterMs }
}

async function allConnected(listeners: Rig['listeners']): Promise<void> {
  await until(() => listeners.every(({ client }) => client.state === 'connected'), {
    what: 'everybody to be back',
    withinMs: BACK_WITHIN_MS,
  })
}
