/** Owns the test of what the issuer remembers. */

import { expect, test } from 'vitest'
import { createIssuerState } from './issuer-state.ts'

test('a record is there until it expires', async () => {
  let nowMs = 1_000
  const sessions = createIssuerState(() => nowMs).adapter('Session')
  await sessions.upsert('a', { uid: 'u' }, 10)
  expect(await sessions.find('a')).toEqual({ uid: 'u' })
  expect(await sessions.findByUid('u')).toEqual({ uid: 'u' })
  nowMs += 10_000
  expect(await sessions.find('a')).toBeUndefined()
  expect(await sessions.findByUid('u')).toBeUndefined()
})

test('kinds of records do not see each other, and a destroyed one is gone', async () => {
  const state = createIssuerState()
  await state.adapter('Session').upsert('a', { uid: 'u' }, 10)
  expect(await state.adapter('Grant').find('a')).toBeUndefined()
  await state.adapter('Session').destroy('a')
  expect(await state.adapter('Session').find('a')).toBeUndefined()
})

test('a code that was used says when; a revoked grant takes its tokens along', async () => {
  const state = createIssuerState(() => 5_000)
  const codes = state.adapter('AuthorizationCode')
  await codes.upsert('c', { grantId: 'g' }, 60)
  await codes.consume('c')
  expect(await codes.find('c')).toEqual({ grantId: 'g', consumed: 5 })
  await state.adapter('RefreshToken').upsert('r', { grantId: 'g' }, 60)
  await state.adapter('RefreshToken').upsert('other', { grantId: 'h' }, 60)
  await state.adapter('RefreshToken').revokeByGrantId('g')
  expect(await state.adapter('RefreshToken').find('r')).toBeUndefined()
  expect(await codes.find('c')).toBeUndefined()
  expect(await state.adapter('RefreshToken').find('other')).toBeDefined()
})
