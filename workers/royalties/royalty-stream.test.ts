import { describe, expect, it } from 'vitest'
import { ended, newAccount } from '../testing/records.ts'
import { royaltyStreamOf } from './royalty-stream.ts'

describe('royalty stream', () => {
  const account = newAccount()
  it('begins at 30 s heard', () => {
    expect(royaltyStreamOf(ended(account, { ms_played: 29_999 }))).toBeUndefined()
    expect(royaltyStreamOf(ended(account, { ms_played: 30_000 }))).toMatchObject({ ms_played: 30_000, flags: [] })
  })

  it('keeps the flags of what is not paid', () => {
    const flags = ['claim-exceeds-elapsed', 'claim-exceeds-granted'] as const
    expect(royaltyStreamOf(ended(account, { flags: [...flags] }))?.flags).toEqual(flags)
  })

  it('says who, where, for what, when', () => {
    const record = ended(account, {
      country: 'FR',
      plan: 'duo',
      started_at_ms: 1_700_000_000_000,
      reason_start: 'reconnect',
    })
    expect(royaltyStreamOf(record)).toMatchObject({
      stream_id: record.stream_id,
      listener_id: account,
      territory: 'FR',
      tier: 'duo',
      reason_start: 'reconnect',
      started_at: '2023-11-14T22:13:20.000Z',
    })
  })
})
