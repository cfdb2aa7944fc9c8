/** Owns which recordings are paid at all: those that enough listeners heard often enough in the twelve months that end with this one. */

export interface EligibilityRule {
  readonly streams: number
  readonly listeners: number
}

/** What was heard of a recording in twelve months, this one included. */
export interface YearHeard {
  readonly streams: number
  readonly listeners: number
}

export type Ineligibility = 'too-few-streams' | 'too-few-listeners'

/** Undefined: it is paid. A recording of which nothing is known was heard by nobody. */
export function ineligibilityOf(
  rule: EligibilityRule | undefined,
  heard: YearHeard | undefined,
): Ineligibility | undefined {
  if (rule === undefined) return undefined
  if ((heard?.streams ?? 0) < rule.streams) return 'too-few-streams'
  if ((heard?.listeners ?? 0) < rule.listeners) return 'too-few-listeners'
  return undefined
}
