/** Owns which k6 is had, and how. */

import { goProgram } from '../stack/go-program.ts'

export const k6 = goProgram({
  name: 'k6',
  title: 'k6',
  package: 'go.k6.io/k6/v2',
  version: 'v2.2.0',
  go: '1.25',
  takes: 'some minutes',
  byModule: true,
})
