/** Owns what each kind of fault does to a part of the stack, and its end. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Exit, exitText } from '../../infra/stack/child.ts'
import { APP_NAMES } from '../../infra/stack/servers.ts'
import type { Stack } from '../../infra/stack/stack.ts'
import type { Fault, Kind, Target } from './schedule.ts'

/** A fault that has been. */
export interface Hurt {
  readonly fault: Fault
  readonly atMs: number
  /** From its beginning until the part answered again. */
  readonly tookMs: number
  /** What was wrong with how the part ended when it was asked to. */
  readonly badExit: string | undefined
}

type Doing = (stack: Stack, target: Target, holdMs: number) => Promise<Exit | undefined>

/** Each returns how the part ended, where it was asked to. */
const DO: Readonly<Record<Kind, Doing>> = {
  async kill(stack, target, holdMs) {
    await stack.kill(target, 'SIGKILL')
    await sleep(holdMs)
    await stack.restart(target)
    return undefined
  },
  async freeze(stack, target, holdMs) {
    await stack.kill(target, 'SIGSTOP')
    await sleep(holdMs)
    await stack.kill(target, 'SIGCONT')
    return undefined
  },
  restart: (stack, target) => stack.restart(target),
}

/** One that overlaps begins in the middle of the one before, by its own gap. */
export function createFaults(stack: Stack): (fault: Fault) => Promise<Hurt> {
  return async (fault) => {
    if (fault.overlaps) await sleep(fault.gapMs)
    const atMs = Date.now()
    const exit = await DO[fault.kind](stack, fault.target, fault.holdMs)
    const ours = APP_NAMES.some((name) => name === fault.target)
    const badExit = ours && exit !== undefined && exit.code !== 0 ? `${fault.target}: ${exitText(exit)}` : undefined
    return { fault, atMs, tookMs: Date.now() - atMs, badExit }
  }
}
