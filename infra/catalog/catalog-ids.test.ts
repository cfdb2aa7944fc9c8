import { expect, test } from 'vitest'
import { albumIdOf, artistIdOf, rightsHolderIdOf, trackIdOf } from './catalog-ids.ts'

test('ids are UUIDs of version 8', () => {
  expect(trackIdOf('abc')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('an id never changes: objects and books made by an earlier version keep their names', () => {
  expect(trackIdOf('abc')).toBe('8d3984fb-2273-8126-bfe9-29efc2a1f60c')
  expect(artistIdOf('Ann')).toBe('bc495a3c-ba70-8b9a-80ec-77597a79c2e5')
})

test('one name, however it is written, is one artist', () => {
  expect(artistIdOf(' ann  LEE')).toBe(artistIdOf('Ann Lee'))
  expect(artistIdOf('Ame\u0301lie')).toBe(artistIdOf('Amélie'))
  expect(artistIdOf('Ann')).not.toBe(artistIdOf('Anne'))
})

test('what is of another kind has another id', () => {
  expect(rightsHolderIdOf('Ann')).not.toBe(artistIdOf('Ann'))
  expect(albumIdOf('Ann', 'One')).not.toBe(albumIdOf('Bo', 'One'))
})
