/** Owns how a set of traces differs from another: what is drawn once a set, and so moves whole distributions from seed to seed. */

import type { Chance } from './chance.ts'
import { FIRST_WORLD, SECOND_WORLD, type World } from './world.ts'

export interface Habits {
  readonly world: World
  readonly days: number
  /** Sessions a person has a day, and how much persons differ. */
  readonly sessionsADay: number
  readonly sessionMinutes: number
  /** Undefined: none are sent. */
  readonly heartbeatMs: number | undefined
  /** A `play_start` for every track, not one a session. */
  readonly startsEveryTrack: boolean
  readonly sendsEnds: boolean
  readonly lostEnds: number
  /** Of fixed lines: the address stays, is another every few days, or is another every session. */
  readonly steadyLines: number
  readonly sessionLines: number
  readonly ipv6: number
  /** Accounts of which no place is known. */
  readonly placeless: number
  readonly placeNoiseKm: number
  /** Mobile networks are said to be at the hub of the country, not in town. */
  readonly mobileHubs: number
  readonly mobileShare: number
  /** A further stream stops the one before where the plan allows no more. */
  readonly enforced: number
  readonly shared: number
}

export type HabitsOf = (chance: Chance) => Habits

export const ordinaryHabits: HabitsOf = (chance) => ({
  world: FIRST_WORLD,
  days: chance.whole(28, 40),
  sessionsADay: chance.between(1.5, 4),
  sessionMinutes: chance.between(20, 55),
  heartbeatMs: chance.between(2, 8) * 60_000,
  startsEveryTrack: chance.happens(0.3),
  sendsEnds: true,
  lostEnds: chance.between(0, 0.2),
  steadyLines: chance.between(0.4, 0.8),
  sessionLines: chance.between(0, 0.1),
  ipv6: chance.between(0, 0.5),
  placeless: chance.between(0, 0.1),
  placeNoiseKm: chance.between(0, 8),
  mobileHubs: chance.between(0, 0.5),
  mobileShare: chance.between(0.1, 0.4),
  enforced: chance.between(0, 1),
  shared: chance.between(0.15, 0.35),
})

/** Another world: hardly more than starts, addresses that change, places that lack, people who listen less. */
export const shiftedHabits: HabitsOf = (chance) => ({
  world: SECOND_WORLD,
  days: chance.whole(26, 60),
  sessionsADay: chance.between(0.8, 2.2),
  sessionMinutes: chance.between(12, 90),
  heartbeatMs: chance.happens(0.5) ? undefined : chance.between(10, 25) * 60_000,
  startsEveryTrack: chance.happens(0.5),
  sendsEnds: chance.happens(0.5),
  lostEnds: chance.between(0.1, 0.5),
  steadyLines: chance.between(0.2, 0.6),
  sessionLines: chance.between(0.1, 0.4),
  ipv6: chance.between(0, 0.8),
  placeless: chance.between(0.05, 0.25),
  placeNoiseKm: chance.between(0, 20),
  mobileHubs: chance.between(0.2, 0.9),
  mobileShare: chance.between(0.2, 0.6),
  enforced: chance.happens(0.5) ? 1 : 0,
  shared: chance.between(0.1, 0.5),
})
