/** Owns `GET /healthz` and `GET /readyz`: that the process lives, and whether new players may be sent to it. */

import type { DependencyState } from '../../infra/runtime/dependency.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Answer, json } from './answer.ts'

/** Answered at all, it is true: the loop that answers is the one that serves. */
export function alive(): Answer {
  return json({ alive: true, uptime_s: Math.floor(process.uptime()) })
}

/**
 * A server that is away does not make the gateway not ready: all gateways share it, and if each left the rotation for it,
 * the players that go on without it would have nowhere to go (ADR 0008). It is told as `degraded`.
 */
export function readiness(notReady: string | undefined, dependencies: Dependencies): Answer {
  const states: Record<string, DependencyState> = {}
  for (const dependency of Object.values(dependencies)) states[dependency.name] = dependency.state()
  const body = {
    ready: notReady === undefined,
    ...(notReady === undefined ? {} : { why: notReady }),
    degraded: Object.keys(states).filter((name) => states[name]?.state === 'down'),
    dependencies: states,
  }
  return json(body, notReady === undefined ? '200 OK' : '503 Service Unavailable')
}
