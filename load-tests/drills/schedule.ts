/** Owns the schedule of a drill: which part is hurt when, how and for how long, the same for the same seed. Pure. */

import { pick } from '../../infra/demo/seeded-random.ts'

/** What may be hurt: parts of the stack, but for the issuer, which nobody who plays talks to. */
export const TARGETS = ['gateway', 'gateway-2', 'workers', 'redis', 'kafka', 'postgres', 'clickhouse', 'minio'] as const
export type Target = (typeof TARGETS)[number]

/** `kill`: SIGKILL, away, started again. `freeze`: SIGSTOP, then SIGCONT. `restart`: stopped as an operator would, started. */
export const KINDS = ['kill', 'freeze', 'restart'] as const
export type Kind = (typeof KINDS)[number]

export interface Fault {
  /** From 1. */
  readonly number: number
  readonly target: Target
  readonly kind: Kind
  /** Of calm before it. */
  readonly gapMs: number
  /** How long the part is away or frozen. */
  readonly holdMs: number
  /** Begins while the fault before it still holds. */
  readonly overlaps: boolean
}

export interface SchedulePlan {
  readonly faults: number
  readonly targets: readonly Target[]
  readonly kinds: readonly Kind[]
  readonly leastHoldMs: number
  readonly mostHoldMs: number
  readonly mostGapMs: number
  /** Of the faults, from 0 to 1. */
  readonly overlapping: number
}

export const LEAST_HOLD_MS = 200
/** Most outages are short; a freeze of a few heartbeats makes a zombie. */
const SHORT_SHARE = 0.6

/** Every target and kind once before any comes again: chance chooses the order, and none is forgotten. */
export function scheduleOf(random: () => number, plan: SchedulePlan): readonly Fault[] {
  const all = plan.targets.flatMap((target) => plan.kinds.map((kind) => ({ target, kind })))
  const faults: Fault[] = []
  let deck: { target: Target; kind: Kind }[] = []
  while (faults.length < plan.faults) {
    if (deck.length === 0) deck = [...all]
    const { target, kind } = pick(random, deck)
    deck = deck.filter((card) => card.target !== target || card.kind !== kind)
    const before = faults.at(-1)
    const wantsOverlap = random() < plan.overlapping
    const reach = random() < SHORT_SHARE ? plan.mostHoldMs / 4 : plan.mostHoldMs
    faults.push({
      number: faults.length + 1,
      target,
      kind,
      gapMs: Math.round(random() * plan.mostGapMs),
      holdMs: Math.round(plan.leastHoldMs + random() * Math.max(0, reach - plan.leastHoldMs)),
      // Two at once, not three, and never the same part twice.
      overlaps: wantsOverlap && before !== undefined && !before.overlaps && before.target !== target,
    })
  }
  return faults
}

export function faultText({ number, target, kind, gapMs, holdMs, overlaps }: Fault): string {
  const held = kind === 'restart' ? '' : ` for ${holdMs} ms`
  return `#${number} after ${gapMs} ms: ${kind} ${target}${held}${overlaps ? ', while the one before holds' : ''}`
}
