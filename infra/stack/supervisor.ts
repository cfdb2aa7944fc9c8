/** Owns what follows when a part dies by itself: what only reads from servers comes back, without a server all ends. */

import { setTimeout as sleep } from 'node:timers/promises'
import { exitText } from './child.ts'
import type { PartName } from './part.ts'
import { StackProblem } from './problem.ts'
import type { Screen } from './screen.ts'
import { SERVER_NAMES } from './servers.ts'
import type { PartDeath } from './stack.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** A part that ran this long has earned a fresh start of the pauses. */
const STEADY_MS = 60_000

export interface SupervisorOptions {
  readonly screen: Screen
  readonly signal: AbortSignal
  restart(name: PartName): Promise<void>
  /** A server is gone: everything must stop. */
  giveUp(problem: StackProblem): void
}

export function deathLine(death: PartDeath, next: string): string {
  const tail = death.tail.map((line) => `\n      ${line}`).join('')
  const log = tail === '' ? 'its log is empty' : `its log (${death.logFile}) ends with:${tail}`
  return `${death.title} ended by itself (${exitText(death.exit)}), ${next}; ${log}`
}

/** The pause before restart number `restarts` (0 for the first) of a part that dies again and again. */
export function pauseMs(restarts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** restarts)
}

export function createSupervisor(options: SupervisorOptions): (death: PartDeath) => void {
  const restarts = new Map<PartName, { count: number; lastMs: number }>()

  const bringBack = async (death: PartDeath): Promise<void> => {
    const before = restarts.get(death.name)
    const count = before === undefined || Date.now() - before.lastMs > STEADY_MS ? 0 : before.count
    const pause = pauseMs(count)
    options.screen.line(`  ✗ ${deathLine(death, `it is started again in ${pause / 1000} s`)}`)
    restarts.set(death.name, { count: count + 1, lastMs: Date.now() })
    await sleep(pause, undefined, { signal: options.signal })
    await options.restart(death.name)
    options.screen.line(`  ✓ ${death.title} is back`)
  }

  return (death) => {
    if (options.signal.aborted) return
    if (SERVER_NAMES.some((name) => name === death.name)) {
      options.giveUp(new StackProblem(deathLine(death, 'and nothing runs without it: everything stops')))
      return
    }
    bringBack(death).catch((error: unknown) => {
      if (!options.signal.aborted) {
        const said = error instanceof Error ? error.message : String(error)
        options.giveUp(new StackProblem(`${death.title} could not be started again: ${said}`, error))
      }
    })
  }
}
