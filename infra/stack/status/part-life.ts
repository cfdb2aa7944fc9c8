/** Owns what is known of one part as time goes by: how it stands, since when, and what to do when it does not stand well. */

import type { PartState } from '../watch.ts'

export const LIFE_STATES = ['waiting', 'starting', 'ready', 'silent', 'restarting', 'stopped', 'failed'] as const
export type LifeState = (typeof LIFE_STATES)[number]

export interface PartLife {
  readonly state: LifeState
  readonly sinceMs: number
  readonly pid: number | undefined
  /** It was ready once: whoever starts it now starts it again. */
  readonly wasUp: boolean
  readonly problem: string
  /** How often in a row it did not answer. */
  readonly unanswered: number
}

/** Answers that are late, on a machine with other things to do, are no silence. */
const UNANSWERED = 3

export const unborn = (nowMs: number): PartLife => ({
  state: 'waiting',
  sinceMs: nowMs,
  pid: undefined,
  wasUp: false,
  problem: '',
  unanswered: 0,
})

/** After the stack has told of it. */
export function told(
  life: PartLife,
  state: PartState,
  { pid, problem = '' }: { readonly pid?: number | undefined; readonly problem?: string | undefined },
  nowMs: number,
): PartLife {
  const next = state === 'starting' && life.wasUp ? 'restarting' : state
  return {
    state: next,
    sinceMs: next === life.state ? life.sinceMs : nowMs,
    pid: state === 'starting' || state === 'ready' ? pid : undefined,
    wasUp: life.wasUp || state === 'ready',
    // Why it ended stays on the page until it is back.
    problem: next === 'restarting' ? life.problem : problem,
    unanswered: 0,
  }
}

/** After it was asked whether it is well; `problem` is '' when it answered. */
export function asked(life: PartLife, problem: string, nowMs: number): PartLife {
  if (life.state !== 'ready' && life.state !== 'silent') return life
  if (problem === '') {
    return life.state === 'ready'
      ? { ...life, unanswered: 0 }
      : { ...life, state: 'ready', sinceMs: nowMs, problem: '', unanswered: 0 }
  }
  const unanswered = life.unanswered + 1
  if (life.state === 'silent' || unanswered < UNANSWERED) return { ...life, unanswered }
  return { ...life, state: 'silent', sinceMs: nowMs, problem, unanswered }
}

/** @param isServer without it nothing runs; anything else is started again by itself */
export function whatToDo({ state, wasUp }: PartLife, isServer: boolean, logFile: string): string {
  const mend = `Its log is ${logFile}: mend what it says, then start again.`
  if (state === 'silent') {
    const killed = isServer ? 'takes all down, to be started again' : 'is started again by itself'
    return `It runs and does not answer. Its log is ${logFile}; killed, it ${killed}.`
  }
  if (state === 'restarting') return `It is started again by itself. Its log of before is ${logFile}.1.`
  if (state !== 'failed') return ''
  if (!wasUp) return `It did not come up, so everything stops. ${mend}`
  return isServer
    ? `Nothing runs without it, so everything stops. ${mend}`
    : `It is started again by itself. Its log is ${logFile}.`
}
