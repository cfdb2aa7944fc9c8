/** Owns what a generator counts: how each client came back, and what it heard twice, or not at all. */

export interface Tally {
  /** Clients that were away and are back. */
  returns: number
  /** Of them: the session went on and was whole (`recovered: true`). */
  recovered: number
  /** Resumes that were answered by the state in place of the messages, or found no session. */
  notRecovered: number
  /** Returns that were given at least one missed message, and how many messages that were. */
  returnsWithReplay: number
  replayed: number
  /** Numbered messages that came again, and numbers that were left out. */
  duplicates: number
  gaps: number
  /** Requests, and how many of them were answered, and answered again. */
  asked: number
  answered: number
  answeredAgain: number
  /** Telemetry: events made, and acknowledged. */
  eventsSent: number
  eventsAcked: number
  /** What arrived over a line that was dead for the client. */
  framesIntoTheVoid: number
  /** Bytes of messages from the upgrade until a client was back. */
  bytesToReturn: number
  attempts: number
  /** Lines that ended without our doing, by reason: close codes, errnos, refused upgrades. */
  ends: Record<string, number>
  /** Refusals of messages, by name. */
  refusals: Record<string, number>
  /** For each return: when its first attempt to connect began, and when it was caught up; ms since 1970. */
  beganAtMs: number[]
  backAtMs: number[]
  /** From the attempt that succeeded to its upgrade: the part of kernel and accept queue. */
  openMs: number[]
}

export function newTally(): Tally {
  return {
    returns: 0,
    recovered: 0,
    notRecovered: 0,
    returnsWithReplay: 0,
    replayed: 0,
    duplicates: 0,
    gaps: 0,
    asked: 0,
    answered: 0,
    answeredAgain: 0,
    eventsSent: 0,
    eventsAcked: 0,
    framesIntoTheVoid: 0,
    bytesToReturn: 0,
    attempts: 0,
    ends: {},
    refusals: {},
    beganAtMs: [],
    backAtMs: [],
    openMs: [],
  }
}

export function count(table: Record<string, number>, name: string): void {
  table[name] = (table[name] ?? 0) + 1
}

/** All of `tallies` in one. */
export function sum(tallies: readonly Tally[]): Tally {
  const total = newTally()
  const numbers = Object.keys(total).filter((key) => typeof total[key as keyof Tally] === 'number') as NumberKey[]
  for (const tally of tallies) {
    for (const key of numbers) total[key] += tally[key]
    for (const table of ['ends', 'refusals'] as const) {
      for (const [name, n] of Object.entries(tally[table])) total[table][name] = (total[table][name] ?? 0) + n
    }
    for (const list of ['beganAtMs', 'backAtMs', 'openMs'] as const) {
      for (const value of tally[list]) total[list].push(value)
    }
  }
  return total
}

type NumberKey = { [K in keyof Tally]: Tally[K] extends number ? K : never }[keyof Tally]
