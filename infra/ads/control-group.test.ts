import { expect, it } from 'vitest'
import { isOfControlGroup } from './control-group.ts'

const CAMPAIGN = '018f0000-0000-7000-8000-0000000000a2'
const OTHER = '018f0000-0000-7000-8000-0000000000a3'
const ACCOUNTS = Array.from({ length: 20_000 }, (_, n) => `acct-${n}`)
const shareOf = (isOne: (account: string) => boolean) => ACCOUNTS.filter(isOne).length / ACCOUNTS.length
/** Five standard errors of a share of so many accounts. */
const within = (share: number, n = ACCOUNTS.length) => 5 * Math.sqrt((share * (1 - share)) / n)

it.each([1, 10, 50])('V8 is %i in a hundred accounts', (percent) => {
  const share = shareOf((account) => isOfControlGroup(CAMPAIGN, account, percent))
  expect(Math.abs(share - percent / 100)).toBeLessThan(within(percent / 100))
})

it('V8 is nobody where none is asked for', () => {
  expect(shareOf((account) => isOfControlGroup(CAMPAIGN, account, 0))).toBe(0)
})

it('V8 is who it was: also where the group is made larger', () => {
  for (const account of ACCOUNTS.slice(0, 1_000)) {
    const is = isOfControlGroup(CAMPAIGN, account, 10)
    expect(isOfControlGroup(CAMPAIGN, account, 10)).toBe(is)
    if (is) expect(isOfControlGroup(CAMPAIGN, account, 20)).toBe(true)
  }
})

it('V8 is drawn for each campaign without regard to the others', () => {
  const both = shareOf((account) => isOfControlGroup(CAMPAIGN, account, 50) && isOfControlGroup(OTHER, account, 50))
  expect(Math.abs(both - 0.25)).toBeLessThan(within(0.25))
})
