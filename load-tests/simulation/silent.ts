/** Owns what a gateway of the fleet tells nobody: its log, but for defects, and its metrics. */

import type { Metrics } from '../../gateway/metrics.ts'
import type { Logger } from '../../infra/runtime/log.ts'

const nothing = () => undefined
const counter = { inc: nothing, observe: nothing, labels: () => counter }
/** Counts nothing: the checker counts. */
export const NO_METRICS = new Proxy({} as Metrics, {
  get: (_target, name) => (name === 'frames' ? FRAMES : counter),
})
const FRAMES = new Proxy({}, { get: () => counter })

const DEFECTS = [
  'a frame could not',
  'a track could not',
  'a session could not',
  'a transfer could not',
  'a step of an account',
]

/** A defect is logged at `error` by the handler that caught it; outages are expected. */
export function silentLog(defect: (what: string) => void): Logger {
  const log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (details: { err?: unknown }, text: string) => {
      if (DEFECTS.some((begin) => text.startsWith(begin)))
        defect(details.err instanceof Error ? String(details.err.stack) : text)
    },
    child: () => log,
  }
  return log as unknown as Logger
}
