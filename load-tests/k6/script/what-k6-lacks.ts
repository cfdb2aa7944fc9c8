/** Owns what the player SDK takes for granted and k6 does not have. Imported before all else. */

const given = globalThis as {
  performance?: Pick<Performance, 'now'>
  queueMicrotask?: (work: () => void) => void
}
given.performance ??= { now: () => Date.now() }
given.queueMicrotask ??= (work) => void Promise.resolve().then(work)
