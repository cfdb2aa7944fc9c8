/** Owns the options of k6: a scenario of its own for each kind of client, and the thresholds. */

import type { Scenario as K6Scenario, Options } from 'k6/options'
import { SCENARIOS, type Scenario } from '../scenarios.ts'
import { settings } from './given.ts'

/** For those who leave: what they said last is acknowledged, their sockets are closed. */
export const LEAVING_MS = 10_000

const scenario: Scenario = SCENARIOS[settings.scenario]

const roles = Object.entries(settings.clients).map(([role, many]): [string, K6Scenario] => [
  role,
  {
    executor: 'per-vu-iterations',
    exec: role,
    vus: Math.ceil(many / settings.clientsOfAVu),
    iterations: 1,
    maxDuration: `${settings.seconds + (2 * LEAVING_MS) / 1_000}s`,
    gracefulStop: '5s',
  },
])

export const options: Options = {
  scenarios: Object.fromEntries(roles),
  thresholds: Object.fromEntries(
    Object.entries({ ...scenario.thresholds, ...settings.thresholds }).map(([metric, rules]) => [metric, [...rules]]),
  ),
  summaryTrendStats: ['avg', 'min', 'med', 'p(95)', 'p(99)', 'max', 'count'],
  // A series for each address of a generator would be too many.
  systemTags: ['scenario', 'group', 'status', 'subproto', 'name', 'error_code', 'check'],
  setupTimeout: '30s',
  discardResponseBodies: false,
}
