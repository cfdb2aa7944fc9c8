import { expect, test } from 'vitest'
import { plainMsgpack } from '../../../protocol/plain-msgpack.ts'
import { ordinaryHabits, shiftedHabits } from '../testing/habits.ts'
import { makeTrace } from '../testing/trace.ts'
import { type Account, createAccount } from './account.ts'
import { type AccountSnapshot, accountFrom, snapshotOf } from './account-snapshot.ts'
import { JUDGEMENT } from './judgement.ts'
import { knownNetworks } from './networks.ts'
import { observe, observeOffline } from './observe.ts'
import type { PlayEvent } from './play-event.ts'
import { USUAL_RULES } from './rules.ts'
import { judge } from './verdict.ts'

const bytesOf = (account: Account) => Buffer.from(plainMsgpack.pack(snapshotOf(account)))
const readAgain = (account: Account) =>
  accountFrom(account.id, plainMsgpack.unpack(bytesOf(account)) as AccountSnapshot, knownNetworks)

/** The same events, and the state written and read again after every `every`th. */
function watch(events: readonly PlayEvent[], every: number): Map<string, Account> {
  const accounts = new Map<string, Account>()
  events.forEach((event, index) => {
    const account = accounts.get(event.account) ?? createAccount(event.account, event.plan)
    observe(account, event, USUAL_RULES)
    if (index % 11 === 0)
      observeOffline(account, { ...event, device: `${event.device} offline`, event: 'offline_play' })
    accounts.set(event.account, index % every === 0 ? readAgain(account) : account)
  })
  return accounts
}

/** Addresses by the thousand, more than are remembered: what is forgotten is part of the state. */
function roaming(): PlayEvent[] {
  return Array.from({ length: 3_000 }, (_, index) => ({
    atMs: Date.UTC(2026, 2, 2) + index * 977_000,
    account: 'r',
    plan: 'duo',
    device: `d${(index * 7) % 29}`,
    kind: 'phone',
    ip: `10.0.${index % 211}.${(index * 31) % 13}`,
    asn: 64_500 + ((index * 3) % 61),
    country: 'DE',
    place: index % 5 === 0 ? undefined : { lat: (index * 17) % 60, lon: (index * 29) % 90 },
    event: index % 3 === 0 ? 'play_start' : index % 3 === 1 ? 'heartbeat' : 'play_end',
  }))
}

test.each([
  ['ordinary', () => makeTrace(11, 12, ordinaryHabits).events],
  ['shifted', () => makeTrace(12, 25, shiftedHabits).events],
  ['beyond every bound', roaming],
])('a state that was written and read again goes on as the same, byte for byte: %s', (_, eventsOf) => {
  const events = eventsOf()
  const uninterrupted = watch(events, Number.POSITIVE_INFINITY)
  const interrupted = watch(events, 7)
  for (const [id, account] of uninterrupted) {
    const other = interrupted.get(id)
    if (other === undefined) throw new Error(`${id} is missing`)
    expect(bytesOf(other).equals(bytesOf(account))).toBe(true)
    expect(judge(other, JUDGEMENT)).toEqual(judge(account, JUDGEMENT))
  }
})
