/** Owns the test of the environment file: what is written is read back. */

import { describe, expect, test } from 'vitest'
import { formatEnvFile, parseEnvFile } from './env-file.ts'

describe('the environment file', () => {
  test('reads KEY=value, skips remarks and empty lines', () => {
    expect(parseEnvFile('# remark\n\nA=1\n B_2=http://x/?a=b#c \n', 'f')).toEqual({ A: '1', B_2: 'http://x/?a=b#c' })
  })

  test('gives back what was written, whatever a value holds', () => {
    const record = { PLAIN: 'a-b.c', EMPTY: '', SPACED: ' two words ', QUOTED: `it's "so" $HOME`, EQUALS: 'a=b' }
    expect(parseEnvFile(formatEnvFile(record), 'f')).toEqual(record)
  })

  test('names the line that is not KEY=value', () => {
    expect(() => parseEnvFile('A=1\nnonsense\n', '/data/stack.env')).toThrow('/data/stack.env line 2 is not KEY=value')
  })

  test('refuses a value with a line break', () => {
    expect(() => formatEnvFile({ A: 'one\ntwo' })).toThrow('A holds a line break')
  })
})
