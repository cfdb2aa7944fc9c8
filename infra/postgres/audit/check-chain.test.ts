/** Owns the test of the check of the chain: whatever one row of it is made to say, that row is named, and no other is blamed for it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AuditFinding, createChainCheck } from './check-chain.ts'
import { type AuditEntry, type AuditLink, BEFORE_THE_FIRST, digestOf, hashOf } from './entry.ts'
import type { ChainHead } from './noted-heads.ts'

interface Pair {
  readonly link: AuditLink
  readonly entry: AuditEntry | undefined
}

const idOf = (n: number) => `019a0000-0000-4000-8000-${String(n).padStart(12, '0')}`

function chainOf(length: number): Pair[] {
  let before: Buffer = BEFORE_THE_FIRST
  return Array.from({ length }, (_, index) => {
    const entry: AuditEntry = {
      entryId: idOf(index + 1),
      atMicros: String(1_790_000_000_000_000 + index),
      login: 'segue_finance',
      role: 'segue_finance',
      userId: null,
      action: 'update',
      tableName: 'contracts',
      rowKey: `{"contract_id": "${index}"}`,
      changed: '{title}',
      before: '{"title": "a"}',
      after: '{"title": "b"}',
    }
    const { entryId, atMicros } = entry
    const open = { sequence: BigInt(index + 1), entryId, atMicros, digest: digestOf(entry) }
    const link = { ...open, hash: hashOf(before, open) }
    before = link.hash
    return { link, entry }
  })
}

function check(pairs: readonly Pair[], { retired = 0, noted }: { retired?: number; noted?: ChainHead } = {}) {
  const chain = createChainCheck(noted === undefined ? [] : [noted])
  const found: AuditFinding[] = []
  for (const { link, entry } of pairs) found.push(...chain.take(link, entry, Number(link.sequence) <= retired))
  return { found: [...found, ...chain.end()], head: chain.head }
}

const lengthAndPlace = fc
  .integer({ min: 2, max: 30 })
  .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 0, max: length - 2 })))

const FIELDS = ['login', 'role', 'userId', 'action', 'tableName', 'rowKey', 'changed', 'before', 'after'] as const

test('a chain that nobody touched has no finding, and ends where it was appended to last', () => {
  for (const length of [0, 1, 12]) {
    const pairs = chainOf(length)
    const { found, head } = check(pairs)
    expect(found).toEqual([])
    expect(head).toEqual({
      sequence: BigInt(length),
      hash: (pairs.at(-1)?.link.hash ?? BEFORE_THE_FIRST).toString('hex'),
    })
  }
})

test('an entry of which one column was altered is named, and it alone', () => {
  fc.assert(
    fc.property(lengthAndPlace, fc.constantFrom(...FIELDS), fc.string(), ([length, at], column, value) => {
      const pairs = chainOf(length)
      const { link, entry } = pairs[at] as Pair
      fc.pre(entry?.[column] !== value)
      pairs[at] = { link, entry: { ...(entry as AuditEntry), [column]: value } }
      expect(check(pairs).found).toMatchObject([{ flaw: 'altered', sequence: link.sequence, entryId: link.entryId }])
    }),
  )
})

test('an entry that was deleted is named, unless its month was retired', () => {
  fc.assert(
    fc.property(lengthAndPlace, ([length, at]) => {
      const pairs = chainOf(length)
      const { link } = pairs[at] as Pair
      pairs[at] = { link, entry: undefined }
      expect(check(pairs).found).toMatchObject([{ flaw: 'missing', sequence: link.sequence, entryId: link.entryId }])
      expect(check(pairs, { retired: at + 1 }).found).toEqual([])
    }),
  )
})

test('an entry that was taken out with its link is named by its number', () => {
  fc.assert(
    fc.property(lengthAndPlace, ([length, at]) => {
      const pairs = chainOf(length)
      pairs.splice(at, 1)
      expect(check(pairs).found).toMatchObject([{ flaw: 'missing', sequence: BigInt(at + 1) }])
    }),
  )
})

test('two entries that changed their columns are both named; two links that changed places are, too', () => {
  fc.assert(
    fc.property(lengthAndPlace, ([length, at]) => {
      const pairs = chainOf(length)
      const [one, two] = [pairs[at], pairs[at + 1]] as [Pair, Pair]
      const numbers = [one.link.sequence, two.link.sequence]
      const columns = pairs.with(at, { ...one, entry: two.entry }).with(at + 1, { ...two, entry: one.entry })
      expect(check(columns).found.map(({ flaw, sequence }) => [flaw, sequence])).toEqual(
        numbers.map((number) => ['altered', number]),
      )
      const moved = (pair: Pair, sequence: bigint) => ({ ...pair, link: { ...pair.link, sequence } })
      const links = pairs.with(at, moved(two, one.link.sequence)).with(at + 1, moved(one, two.link.sequence))
      const named = check(links).found.map(({ sequence }) => sequence)
      expect(named).toEqual(expect.arrayContaining(numbers))
    }),
  )
})

test('a link that was reckoned anew for an altered entry is found at the next; one written anew to its end, by a head that was noted', () => {
  const pairs = chainOf(6)
  const noted = check(pairs).head
  const forged = chainOf(6).map((pair, index) => {
    const entry = { ...(pair.entry as AuditEntry), ...(index === 3 ? { login: 'nobody' } : {}) }
    return { link: { ...pair.link, digest: digestOf(entry) }, entry }
  })
  let before = forged[2]?.link.hash ?? BEFORE_THE_FIRST
  const rewritten = forged.map((pair, index) => {
    if (index < 3) return pair
    const link = { ...pair.link, hash: hashOf(before, pair.link) }
    before = link.hash
    return { ...pair, link }
  })
  const one = [...pairs.slice(0, 3), rewritten[3] as Pair, ...pairs.slice(4)]
  expect(check(one).found).toMatchObject([{ flaw: 'altered', sequence: 5n }])
  expect(check(rewritten).found).toEqual([])
  expect(check(rewritten, { noted }).found).toMatchObject([{ flaw: 'another-chain', sequence: 6n }])
  expect(check(pairs.slice(0, 4), { noted }).found).toMatchObject([{ flaw: 'another-chain', sequence: 6n }])
  expect(check(pairs, { noted }).found).toEqual([])
  expect(check(pairs, { noted: { sequence: 2n, hash: pairs[1]?.link.hash.toString('hex') ?? '' } }).found).toEqual([])
})
