import { expect, test } from 'vitest'
import { type ContractTerms, contractFor } from './contract-for.ts'

const terms = (version: number, given: Partial<ContractTerms> = {}): ContractTerms => ({
  contract: 'C-1',
  version,
  rights: 'recording',
  from: '2026-01-01',
  until: '2026-10-15',
  isWorldwide: true,
  territories: ['US'],
  ...given,
})
const ALL = [
  terms(1),
  terms(2, { from: '2026-10-15', until: undefined }),
  terms(3, { isWorldwide: false }),
  terms(4, { rights: 'composition' }),
]

test.each([
  ['2026-10-14', 'DE', 'recording', 1],
  ['2026-10-15', 'DE', 'recording', 2],
  ['2030-01-01', 'DE', 'recording', 2],
  ['2026-10-14', 'US', 'recording', 3],
  ['2026-01-01', 'DE', 'composition', 4],
] as const)('on %s in %s %s is paid by version %d', (day, territory, rights, version) => {
  expect(contractFor(ALL, { day, territory, rights })).toEqual({ terms: ALL[version - 1] })
})

test.each([
  ['2025-12-31', 'DE', 'recording'],
  ['2026-10-15', 'US', 'recording'],
  ['2026-10-15', 'DE', 'composition'],
] as const)('on %s in %s %s has no contract', (day, territory, rights) => {
  expect(contractFor(ALL, { day, territory, rights })).toEqual({ problem: 'no-contract' })
})

test('two contracts for one stream are refused by name', () => {
  const other = terms(1, { contract: 'C-2', isWorldwide: false, territories: ['DE'], from: '2026-10-01' })
  expect(contractFor([...ALL, other], { day: '2026-10-14', territory: 'DE', rights: 'recording' })).toEqual({
    problem: 'overlapping-contracts',
    overlapping: [ALL[0], other],
  })
})
