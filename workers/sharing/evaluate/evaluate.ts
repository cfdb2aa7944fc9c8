/** Owns `segue sharing evaluate`: scores of the accounts in a file of events, and how they agree with labels. */

import { Detector } from '../detector/detector.ts'
import { type Rules, USUAL_RULES } from '../detector/rules.ts'
import type { Verdict } from '../detector/verdict.ts'
import { readEvents } from './events-file.ts'
import { readLabels } from './labels-file.ts'
import { type Measures, measure } from './measures.ts'
import { byAccount, writeScores } from './scores-file.ts'

export interface Agreement {
  readonly precision: number | null
  readonly recall: number | null
  readonly prAuc: number | null
  readonly falseAlarms: number
  readonly counts: Omit<Measures, 'precision' | 'recall' | 'prAuc'> & {
    readonly events: number
    readonly accounts: number
    readonly shared: number
    readonly honest: number
    readonly flagged: number
    /** Honest accounts with two devices or more, and those of them that are flagged. */
    readonly honestMultiDevice: number
    readonly falseAlarmsMultiDevice: number
    /** Accounts without a label are in no measure; labels without an event count as score 0. */
    readonly unlabelled: number
    readonly withoutEvents: number
  }
}

export interface Evaluation {
  readonly events: number
  readonly verdicts: readonly Verdict[]
  readonly agreement: Agreement | undefined
}

/** Where the events are, where scores are to be written, and where labels are: one of the two at least, or nothing is told. */
export interface Files {
  readonly events: string
  readonly scores?: string | undefined
  readonly labels?: string | undefined
}

export async function evaluate(files: Files, rules: Rules = USUAL_RULES): Promise<Evaluation> {
  const labels = files.labels === undefined ? undefined : await readLabels(files.labels)
  const detector = new Detector({ rules })
  const events = await readEvents(files.events, (event) => detector.observe(event))
  const verdicts = [...detector.verdicts()].sort(byAccount)
  const agreement = labels && agree(detector, verdicts, labels, events)
  if (files.scores !== undefined) await writeScores(files.scores, verdicts)
  return { events, verdicts, agreement }
}

function agree(
  detector: Detector,
  verdicts: readonly Verdict[],
  labels: ReadonlyMap<string, boolean>,
  events: number,
): Agreement {
  const seen = new Set(verdicts.map(({ account }) => account))
  const withoutEvents = [...labels.keys()].filter((account) => !seen.has(account))
  const judged = verdicts.flatMap(({ account, score, flagged }) => {
    const shared = labels.get(account)
    if (shared === undefined) return []
    return [{ score, flagged, shared, devices: detector.account(account)?.devices.size ?? 0 }]
  })
  for (const account of withoutEvents)
    judged.push({ score: 0, flagged: false, shared: labels.get(account) === true, devices: 0 })
  const { precision, recall, prAuc, ...counts } = measure(judged)
  const multiDevice = judged.filter(({ shared, devices }) => !shared && devices > 1)
  return {
    precision,
    recall,
    prAuc,
    falseAlarms: counts.falsePositives,
    counts: {
      events,
      accounts: verdicts.length,
      shared: counts.truePositives + counts.falseNegatives,
      honest: counts.falsePositives + counts.trueNegatives,
      flagged: counts.truePositives + counts.falsePositives,
      ...counts,
      honestMultiDevice: multiDevice.length,
      falseAlarmsMultiDevice: multiDevice.filter(({ flagged }) => flagged).length,
      unlabelled: verdicts.filter(({ account }) => !labels.has(account)).length,
      withoutEvents: withoutEvents.length,
    },
  }
}
