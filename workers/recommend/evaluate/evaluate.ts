/** Owns `segue recommend evaluate`: each session of a file is revealed item by item, and the next item is predicted. */

import { writeWhole } from '../../plain-files/write-whole.ts'
import type { Predictor } from '../learner/predictor.ts'
import { type Scored, Tally } from '../learner/tally.ts'
import { inIdOrder } from './id-order.ts'
import { Judge, type Measures } from './measures.ts'
import { readSessions, type Session } from './sessions-file.ts'

const COLUMNS = ['SessionId', 'Position', 'Items', 'Scores'] as const

export interface Evaluation extends Measures {
  readonly learned: { readonly sessions: number; readonly items: number; readonly events: number }
  readonly learnSeconds: number
  /** All predictions together. */
  readonly seconds: number
}

export interface Files {
  readonly train: string
  readonly test: string
  readonly out: string
}

/** @throws {FileProblem} */
export async function evaluate(predictor: Predictor, files: Files, most: number): Promise<Evaluation> {
  const train = await readSessions(files.train)
  const test = await readSessions(files.test)
  const started = performance.now()
  const { items, times, events } = learnAll(predictor, train)
  const learnSeconds = (performance.now() - started) / 1000
  const judge = new Judge(times)
  let seconds = 0
  const rows = function* (): Generator<string[]> {
    for (const { id, revealed, next, position } of predictionsOf(test, items.indexOf)) {
      const asked = performance.now()
      const list = predict(predictor, revealed, most)
      seconds += (performance.now() - asked) / 1000
      judge.add(list, next)
      const ids = list.map(({ item }) => items.ids[item])
      yield [id, String(position), ids.join(','), list.map(({ score }) => score).join(',')]
    }
  }
  await writeWhole(files.out, COLUMNS, rows(), '\t')
  const learned = { sessions: train.length, items: items.ids.length, events }
  return { ...judge.measures(), learned, learnSeconds, seconds }
}

const tally = new Tally()

export function predict(predictor: Predictor, revealed: readonly number[], most: number): readonly Scored[] {
  predictor.score(revealed, tally)
  const list = tally.best(most)
  tally.clear()
  return list
}

interface Items {
  /** In the order of their ids, so that ties are by id. */
  readonly ids: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
}

/** Sessions are learned in the order of their ids, each whole and as of its last item, as the reference reads them. */
function learnAll(predictor: Predictor, sessions: readonly Session[]) {
  const ids = inIdOrder(new Set(sessions.flatMap(({ items }) => items)))
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  const times = ids.map(() => 0)
  let events = 0
  for (const [session, { items, lastAt }] of inOrder(sessions).entries()) {
    const before: number[] = []
    for (const id of items) {
      const item = indexOf.get(id) as number
      predictor.learn({ session, item, before, at: lastAt })
      times[item] = (times[item] as number) + 1
      before.push(item)
      events += 1
    }
  }
  const items: Items = { ids, indexOf }
  return { items, times, events }
}

/** Without what was never learned; of a session of one item there is nothing to predict. */
function* predictionsOf(sessions: readonly Session[], indexOf: Items['indexOf']) {
  for (const { id, items } of inOrder(sessions)) {
    const known = items.map((item) => indexOf.get(item)).filter((item) => item !== undefined)
    for (const [index, next] of known.entries()) {
      if (index > 0) yield { id, revealed: known.slice(0, index), next, position: index - 1 }
    }
  }
}

function inOrder(sessions: readonly Session[]): readonly Session[] {
  const byId = new Map(sessions.map((session) => [session.id, session]))
  return inIdOrder(byId.keys()).map((id) => byId.get(id) as Session)
}
