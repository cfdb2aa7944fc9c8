/** Owns a screen whose steps are seen on the page as well, while they are under way. */

import type { Screen, Step } from '../screen.ts'
import { printableLine } from '../screen.ts'

export interface UnderWay {
  readonly title: string
  readonly note: string
  readonly since_ms: number
}

export interface SeenScreen extends Screen {
  readonly underWay: readonly UnderWay[]
}

export function seenScreen(screen: Screen): SeenScreen {
  const steps = new Map<Step, UnderWay>()
  return {
    line: screen.line,
    close: screen.close,
    step(title) {
      const shown = screen.step(title)
      const step: Step = {
        note(line) {
          shown.note(line)
          const before = steps.get(step)
          if (before !== undefined) steps.set(step, { ...before, note: printableLine(line) || before.note })
        },
        done(remark) {
          steps.delete(step)
          shown.done(remark)
        },
        failed() {
          steps.delete(step)
          shown.failed()
        },
      }
      steps.set(step, { title, note: '', since_ms: Date.now() })
      return step
    },
    get underWay() {
      return [...steps.values()]
    },
  }
}
