import { describe, expect, it } from 'vitest'
import { SentBack } from './sent-back.ts'

describe('what is known of a partition that was sent back', () => {
  const { signal } = new AbortController()
  const { signal: ofTheNextMembership } = new AbortController()

  it('holds for the offset and the membership that it was sent back in, and for no other', () => {
    const sentBack = new SentBack()
    sentBack.note(2, 50n, signal)
    expect(sentBack.knows(2, 50n, signal)).toBe(true)
    expect(sentBack.knows(2, 50n, ofTheNextMembership)).toBe(false)
    expect(sentBack.knows(2, 51n, signal)).toBe(false)
    expect(sentBack.knows(3, 50n, signal)).toBe(false)
  })

  it('ends when the partition is read from there', () => {
    const sentBack = new SentBack()
    sentBack.note(2, 50n, signal)
    sentBack.forget(2)
    expect(sentBack.knows(2, 50n, signal)).toBe(false)
  })
})
