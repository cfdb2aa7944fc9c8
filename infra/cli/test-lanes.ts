/** Owns how a whole run of the tests is split: pure ones first, then those on real servers in two lanes, each with servers of its own, side by side where there is room. */

export interface Lane {
  readonly name: string
  /** For vitest: files whose path holds one of these. */
  readonly args: readonly string[]
  /** Of its processes, as `nice` has it: what measures time comes first. */
  readonly niceness: number
}

export const PURE: Lane = { name: 'pure', args: ['--project', 'unit'], niceness: 0 }

const real = (name: string, niceness: number, rooms: readonly string[]): Lane => ({
  name,
  args: ['--project', 'real', ...rooms.map((room) => `${room}/`)],
  niceness,
})

/** Tests on real servers wait more than they reckon: side by side, two lanes take little more than half of the time. */
export const LANES: readonly Lane[] = [
  real('front', 0, ['gateway', 'protocol', 'session', 'load-tests']),
  real('back', 10, ['workers', 'infra']),
]

/** Files of any lane once more, alone. */
export function tryAgain(files: readonly string[]): Lane {
  return { name: 'again', args: files, niceness: 0 }
}

/** Of a lane with all that its tests start beside the servers. With one processor each, tests of pages failed that pass alone. */
const LANE_PROCESSORS = 2
const LANE_BYTES = 7 * 1024 ** 3

export function fitSideBySide(processors: number, memoryBytes: number): boolean {
  return processors >= LANES.length * LANE_PROCESSORS && memoryBytes >= LANES.length * LANE_BYTES
}
