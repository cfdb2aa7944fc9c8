import { expect, it } from 'vitest'
import { reachOf } from './reach.ts'

it.each([
  ['nothing to play is kept from nobody', [], ['*'], []],
  ['one track everywhere', ['-{}'], ['*'], []],
  ['one track in some countries', ['+{US,CA}'], ['CA', 'US'], []],
  ['one track everywhere but there', ['-{FR,DE}'], ['*'], ['DE', 'FR']],
  ['one track nowhere', ['+{}'], [], []],
  ['where any is', ['+{US,CA}', '+{CA,MX}'], ['CA', 'MX', 'US'], []],
  ['everywhere when any is everywhere', ['+{US}', '-{}'], ['*'], []],
  ['not where none is', ['-{DE,FR}', '-{AT,DE}'], ['*'], ['DE']],
  ['where one alone is that others are kept from', ['-{DE,FR}', '+{DE}'], ['*'], ['FR']],
  ['whichever comes first', ['+{DE}', '-{DE,FR}', '+{}'], ['*'], ['FR']],
])('F3 %s', (_what, rights, only_in, not_in) => {
  expect(reachOf(rights)).toEqual({ only_in, not_in })
})
