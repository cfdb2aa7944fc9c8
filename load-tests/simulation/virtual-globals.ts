/** Owns what the real code takes for clock, timers and chance while the world runs: `Date.now`, `setTimeout`, `Math.random` and their kin. */

import type { Task, World } from './world.ts'

/** What `setTimeout` gives: Node's code calls these on it. */
class VirtualTimer {
  task: Task | undefined
  readonly again: (() => void) | undefined

  constructor(again?: () => void) {
    this.again = again
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }
}

export interface VirtualGlobals {
  enter(): void
  leave(): void
}

type Replaced = readonly [target: object, name: string, virtual: unknown]

/** The globals of `world`: a process asks its own clock, a timer belongs to whoever set it. */
export function virtualGlobals(world: World): VirtualGlobals {
  const startMs = world.nowMs
  const after = (delayMs: number, run: () => void) => world.after(delayMs, world.actor, run)
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.task?.cancel()
  }
  const setVirtualTimeout = (run: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) => {
    const timer = new VirtualTimer()
    timer.task = after(Math.max(1, delayMs), () => run(...args))
    return timer
  }
  const setVirtualInterval = (run: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) => {
    const { actor } = world
    const timer: VirtualTimer = new VirtualTimer(() => {
      timer.task = world.after(Math.max(1, delayMs), actor, () => {
        timer.again?.()
        run(...args)
      })
    })
    timer.again?.()
    return timer
  }
  const setVirtualImmediate = (run: (...args: unknown[]) => void, ...args: unknown[]) => {
    const timer = new VirtualTimer()
    timer.task = after(0, () => run(...args))
    return timer
  }
  const fill = (bytes: Uint8Array) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = world.random() * 256
    return bytes
  }
  const replaced: readonly Replaced[] = [
    [globalThis, 'setTimeout', setVirtualTimeout],
    [globalThis, 'clearTimeout', clear],
    [globalThis, 'setInterval', setVirtualInterval],
    [globalThis, 'clearInterval', clear],
    [globalThis, 'setImmediate', setVirtualImmediate],
    [globalThis, 'clearImmediate', clear],
    [Date, 'now', () => Math.floor(world.nowMs + world.actor.clockAheadMs)],
    [performance, 'now', () => world.nowMs - startMs],
    [Math, 'random', () => world.random()],
    [globalThis.crypto, 'getRandomValues', fill],
  ]
  const real = replaced.map(([target, name]) => Object.getOwnPropertyDescriptor(target, name))
  return {
    enter() {
      for (const [target, name, virtual] of replaced) {
        Object.defineProperty(target, name, { value: virtual, configurable: true, writable: true })
      }
    },
    leave() {
      replaced.forEach(([target, name], i) => {
        const own = real[i]
        if (own === undefined) Reflect.deleteProperty(target, name)
        else Object.defineProperty(target, name, own)
      })
    },
  }
}
