/** Owns the storms as works of the bench: those of `npm run storms`, one run each, and what matters of their outcome. */

import { death } from '../../storms/death.ts'
import { jitter } from '../../storms/jitter.ts'
import { faultsOf, type Outcome } from '../../storms/outcome.ts'
import type { Raised } from '../../storms/steps.ts'
import type { Figures, Work } from './work.ts'

const FIGURES = {
  p50_ms: 'p50, ms',
  p99_ms: 'p99, ms',
  returns: 'returns',
  faults: 'kinds of faults',
  lost: 'acknowledged events lost',
  server_percent: 'gateway CPU, %',
  generator_percent: 'generators CPU, %',
}

export const resumeStorm: Work = {
  title: 'resume storm: SIGKILL, started again at once; from the kill until the client is caught up',
  servers: ['segue'],
  figures: FIGURES,
  compared: 'p99_ms',
  async run({ yard, quick }) {
    const size = quick ? { clients: 200, steadyMs: 1_000 } : { clients: 19_000, steadyMs: 10_500 }
    const raised = await death(yard, { ...size, runs: 1, floor: false, reportEveryMs: 10_000, sequels: ['again'] })
    return figures(raised, 'kill')
  },
}

export const jitterStorm: Work = {
  title: 'clients dropped every 15 s, 2 s offline; from the connect until caught up',
  servers: ['segue'],
  figures: FIGURES,
  compared: 'p99_ms',
  async run({ yard, quick }) {
    const size = quick
      ? { clients: 200, seconds: 3, onlineMs: 1_000, awayMs: 300 }
      : { clients: 10_000, seconds: 34, onlineMs: 15_000, awayMs: 2_000 }
    return figures(await jitter(yard, { ...size, runs: 1, floor: false }), 'connect')
  },
}

function figures({ outcomes, settled }: Raised, since: 'kill' | 'connect'): Figures {
  const [outcome] = outcomes as [Outcome]
  const spread = outcome.ms[since]
  return {
    p50_ms: spread?.p50 ?? 0,
    p99_ms: spread?.p99 ?? 0,
    returns: outcome.returns,
    faults: faultsOf(outcome).length,
    lost: settled.lost + settled.due,
    server_percent: outcome.usage.server?.cpuPercent ?? 0,
    generator_percent: outcome.usage.generators?.cpuPercent ?? 0,
  }
}
