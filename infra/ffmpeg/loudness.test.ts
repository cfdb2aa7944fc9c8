import { expect, test } from 'vitest'
import { readMeasurement } from './loudness.ts'

const PROGRESS = 'out_time_us=0\nprogress=continue\nout_time_us=8486893\nprogress=end\n'
const summary = (loudness: string, peak: string) => `[info] Stream mapping:
[Parsed_ebur128_1 @ 0x56] [info] Summary:

  Integrated loudness:
    I:         ${loudness} LUFS
    Threshold: -26.0 LUFS

  True peak:
    Peak:       ${peak} dBFS
`

test('reads the last progress and the summary', () => {
  expect(readMeasurement(PROGRESS, summary('-15.3', '-3.5'))).toEqual({
    integratedLufs: -15.3,
    truePeakDbtp: -3.5,
    decodedMs: 8_486.893,
    decodeErrors: [],
  })
})

test('digital silence has a peak that is a number', () => {
  expect(readMeasurement(PROGRESS, summary('-70.0', '-inf')).truePeakDbtp).toBe(-120)
})

test('tells what the decoder complained of, without addresses', () => {
  const log = `[flac @ 0x563c44889300] [error] invalid residual\n[error] Error while decoding stream #0:0\n${summary('-15.3', '-3.5')}`
  expect(readMeasurement(PROGRESS, log).decodeErrors).toEqual(['invalid residual', 'Error while decoding stream #0:0'])
})

test('nothing decoded is an error', () => {
  expect(() => readMeasurement('out_time_us=0\n', summary('-70.0', '-inf'))).toThrow('nothing of it could be decoded')
  expect(() => readMeasurement(PROGRESS, '')).toThrow('nothing of it could be decoded')
})
