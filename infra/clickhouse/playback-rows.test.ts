import { describe, expect, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { dateTimeText, eventIdentity, idHour } from './playback-rows.ts'

describe('playback rows', () => {
  it('finds the hour of an id, and one hour for all ids without a believable time', () => {
    const at = Date.UTC(2026, 4, 17, 13, 59, 59, 999)
    expect(idHour(uuidv7(at))).toBe(Date.UTC(2026, 4, 17, 13) / 1000)
    expect(idHour(uuidv7(Date.UTC(2024, 0)))).toBe(Date.UTC(2024, 0) / 1000)
    expect(idHour(uuidv7(Date.UTC(2023, 11, 31, 23, 59, 59, 999)))).toBe(0)
    expect(idHour(uuidv7(Date.UTC(2044, 0, 1, 0, 0, 0, 1)))).toBe(0)
    expect(idHour('11111111-1111-4111-8111-111111111111')).toBe(0)
  })

  it('writes times as ClickHouse reads them', () => {
    expect(dateTimeText(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02 03:04:05.006')
  })

  it('tells events of two accounts apart, whatever the names of the accounts', () => {
    const event_id = uuidv7(0)
    expect(eventIdentity({ event_id, account_id: 'a b' })).not.toBe(eventIdentity({ event_id, account_id: 'a' }))
  })
})
