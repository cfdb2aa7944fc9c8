/** Owns the script that k6 runs: its options, one function a kind of client, and the summary. */

import './what-k6-lacks.ts'
import { abusing } from './abusing.ts'
import { dragging } from './dragging.ts'
import { firstToken } from './given.ts'
import { listening } from './listening.ts'
import { reporting } from './reporting.ts'
import { type Found, findTracks } from './setup.ts'

export { options } from './options.ts'
export { handleSummary } from './summary.ts'

export const setup = (): Found => findTracks(firstToken())

export const listener = listening
export const reporter = reporting
export const sluggish = dragging
export const abuser = abusing
