/** Owns what can be wrong with a month: a table of names, and what to do about each. */

export const FINDINGS = {
  'month-not-over': 'close it when it has ended in UTC',
  'books-behind': 'start the worker that is named, and wait until it has read on',
  'transaction-open': 'wait until it has ended, or end it: what it may yet enter is dated within the month',
  'earlier-month-open': 'close the earlier month first',
  'later-month-closed':
    'the month cannot be closed any more: post what it owes as corrections in an open month, and enter it as closed by hand',
  'no-terms': 'enter the model and rules of the month in royalty_terms',
  'no-contract': 'enter a contract about the recording that is valid there and then',
  'overlapping-contracts': 'end one of the contracts, so that of the rights one is paid',
  'shares-not-one': 'mend the shares of the contract, so that they add to exactly one',
  'future-stream': 'look at the clock of the gateway that wrote the stream, and mend or flag it',
  'huge-amount': 'look at the payment: it is more than anybody pays for a month',
  'two-currencies':
    'mend the payment or the price, or enter the rate of the month in fx_rates: a pool has one currency',
  'no-currency': 'enter a price of the plan in the country, were it 0: it says which currency the pool has',
  'missing-rate': 'enter the rate of the month in fx_rates',
  'minimum-without-track': 'enter a track of the contract: a minimum is paid for one',
  'being-closed': 'wait for the other close to end',
  'closed-by-other-inputs': 'put back what it was, or leave the month as it was closed and correct it in the next',
  'not-closed': 'close the month first',
  'inputs-missing': 'restore the object, or the rows that it was made from',
  'object-missing': 'put it again: segue royalties export',
  'object-differs': 'look at who wrote the object, remove it, and put it again: segue royalties export',
  'streams-differ': 'look at the streams that are named',
  'money-differs': 'look at the postings of the track',
} as const

export type FindingName = keyof typeof FINDINGS

export interface Finding {
  readonly name: FindingName
  /** What is wrong, where. */
  readonly what: string
  /** Some of the streams that it is about. */
  readonly streams?: readonly string[]
}

const SHOWN = 20

/** A month that is refused: nothing was posted. */
export class RefusedMonth extends Error {
  readonly findings: readonly Finding[]

  constructor(findings: readonly Finding[]) {
    super(findings.map(sentence).join('\n'))
    this.name = 'RefusedMonth'
    this.findings = findings
  }
}

export const refuse = (name: FindingName, what: string, streams?: readonly string[]): RefusedMonth =>
  new RefusedMonth([{ name, what, ...(streams === undefined ? {} : { streams }) }])

export function sentence({ name, what, streams = [] }: Finding): string {
  const some = streams.slice(0, 5).join(', ')
  const named = some === '' ? '' : ` (${streams.length > 5 ? `${some}, …` : some})`
  return `${name}: ${what}${named}: ${FINDINGS[name]}`
}

/** One finding a thing that is wrong, with the streams that it was met in. */
export class Findings {
  readonly #found = new Map<string, { name: FindingName; what: string; count: number; streams: string[] }>()

  add(name: FindingName, what: string, stream?: string): void {
    const key = `${name} ${what}`
    const entry = this.#found.get(key) ?? { name, what, count: 0, streams: [] }
    this.#found.set(key, entry)
    entry.count += 1
    if (stream !== undefined && entry.streams.length < SHOWN) entry.streams.push(stream)
  }

  list(): readonly Finding[] {
    return [...this.#found.values()].map(({ name, what, count, streams }) => ({
      name,
      what: streams.length === 0 ? what : `${what}, ${count} ${count === 1 ? 'stream' : 'streams'}`,
      ...(streams.length === 0 ? {} : { streams }),
    }))
  }

  throwAny(): void {
    if (this.#found.size > 0) throw new RefusedMonth(this.list())
  }
}
