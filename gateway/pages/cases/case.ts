/** Owns what the gateway tells of sharing cases, and how their fields read. */

import { sinceText } from '../figure-text.ts'

export type Mark = 'open' | 'right' | 'wrong'

export interface Case {
  readonly case_id: string
  readonly score: number
  readonly highest_score: number
  readonly evidence: { readonly reasons: readonly string[]; readonly features: Readonly<Record<string, number>> }
  readonly plan: string
  readonly detector_version: number
  readonly first_seen: string
  readonly last_seen: string
  readonly status: Mark
  readonly nudged_at: string | null
}

export type HistoryEntry =
  | { readonly at: string; readonly kind: 'score'; readonly score: number; readonly reasons: readonly string[] }
  | {
      readonly at: string
      readonly kind: 'mark'
      readonly mark: Mark
      readonly marked_by: string
      readonly note: string | null
    }

export interface CaseWithHistory extends Case {
  readonly history: readonly HistoryEntry[]
}

export interface CaseList {
  readonly counts: Readonly<Record<Mark, number>>
  readonly cases: readonly Case[]
}

/** What stands for the account: nobody here is told which it is. */
export function nameOf({ case_id }: Case): string {
  return `Case ${case_id.slice(0, 4)}-${case_id.slice(4, 8)}`.toUpperCase().replace('CASE', 'Case')
}

/** Two places: one more would promise what the detector cannot keep. */
export function scoreText(score: number): string {
  return score.toFixed(2)
}

export function timeText(at: string): string {
  return sinceText(Date.parse(at), Date.now())
}

export const STATUS_TEXT: Readonly<Record<Mark, string>> = {
  open: 'Open',
  right: 'Shared, said an analyst',
  wrong: 'Not shared, said an analyst',
}

/** By the names of the detector: what each feature is about. */
export const FEATURE_TEXT: Readonly<Record<string, string>> = {
  apart: 'Days in different homes',
  weeks: 'Weeks in which that was so',
  strangers: 'How seldom they meet',
  atOnce: 'Played at the same time',
  homes: 'More than two homes',
  alternation: 'Back and forth between homes',
  overuse: 'More at once than the plan allows',
}
