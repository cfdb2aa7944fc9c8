/** Owns the households that share with nobody: each an archetype, its numbers drawn anew every time. */

import { away, type Cast, type Person, type Subscription } from './people.ts'

export type Archetype = (cast: Cast) => Omit<Subscription, 'archetype' | 'shared'>

const single: Archetype = (cast) => {
  const home = cast.home(cast.town())
  return { plan: cast.chance.pick(['free', 'individual']), persons: [cast.person(cast.routine(home), home.town)] }
}

const couple: Archetype = (cast) => {
  const home = cast.home(cast.town())
  return {
    plan: cast.chance.pick(['duo', 'duo', 'family']),
    persons: [0, 1].map(() => cast.person(cast.routine(home), home.town)),
  }
}

const family: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const persons = Array.from({ length: cast.chance.whole(3, 5) }, () => cast.person(cast.routine(home), home.town))
  return { plan: 'family', persons }
}

/** Term in another town, home at weekends: every one, or every other. */
const student: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const room = cast.bareSite(cast.townElsewhere(home.town))
  const every = cast.chance.pick([7, 7, 7, 14])
  const comes = cast.chance.pick([4, 5])
  const student = cast.person(
    (day, hour) =>
      day % every >= every - (7 - comes) || (day % every === every - 8 + comes && hour >= 18) ? home : room,
    home.town,
  )
  const parents = Array.from({ length: cast.chance.whole(1, 3) }, () => cast.person(cast.routine(home), home.town))
  return { plan: parents.length === 1 ? 'duo' : 'family', persons: [student, ...parents] }
}

function tripsOf(cast: Cast, where: Person['where'], count: number, days: () => number): Person['where'] {
  let result = where
  for (let trip = 0; trip < count; trip += 1) {
    const from = cast.chance.whole(0, cast.habits.days - 3)
    result = away(result, from, from + days(), cast.bareSite(cast.town()))
  }
  return result
}

/** One travels for work, others may stay at home. */
const traveller: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const trips = cast.chance.whole(2, 6)
  const travels = tripsOf(cast, cast.routine(home), trips, () => cast.chance.whole(1, 4))
  const persons = [cast.person(travels, home.town)]
  const alone = cast.chance.happens(0.4)
  if (!alone) persons.push(cast.person(cast.routine(home), home.town))
  return { plan: alone ? 'individual' : 'duo', persons }
}

/** A week or two away, all together or not. */
const holiday: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const from = cast.chance.whole(0, cast.habits.days - 8)
  const days = cast.chance.whole(4, 15)
  const there = cast.chance.happens(0.3) ? cast.home(cast.town()) : cast.bareSite(cast.town())
  const all = cast.chance.happens(0.6)
  const persons = Array.from({ length: cast.chance.whole(1, 4) }, (_, index) => {
    const routine = cast.routine(home)
    return cast.person(all || index === 0 ? away(routine, from, from + days, there) : routine, home.town)
  })
  return { plan: persons.length === 1 ? 'individual' : persons.length === 2 ? 'duo' : 'family', persons }
}

/** On the road a lot, by the mobile network. */
const commuter: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const persons = Array.from({ length: cast.chance.whole(1, 2) }, () =>
    cast.person(cast.routine(home), home.town, { mobileShare: cast.chance.between(0.5, 0.9) }),
  )
  return { plan: persons.length === 1 ? 'individual' : 'duo', persons }
}

/** Never a line: phones alone. */
const mobileOnly: Archetype = (cast) => {
  const town = cast.town()
  const nowhere = { town, line: undefined, stationary: [] }
  const persons = Array.from({ length: cast.chance.whole(1, 2) }, () => cast.person(() => nowhere, town))
  return { plan: persons.length === 1 ? 'individual' : 'duo', persons }
}

const vpnUser: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const persons = Array.from({ length: cast.chance.whole(1, 3) }, (_, index) =>
    cast.person(cast.routine(home), home.town, index === 0 ? { vpn: cast.vpn(cast.chance.between(0.1, 0.8)) } : {}),
  )
  return { plan: persons.length === 1 ? 'individual' : 'family', persons }
}

/** The old phone is put away, the new one goes on. */
const newPhone: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const [before, after] = [cast.device('phone'), cast.device('phone')]
  const bought = cast.chance.whole(5, cast.habits.days - 5)
  const persons = [
    cast.person(cast.routine(home), home.town, { carried: (day) => [day < bought ? before : after] }),
    ...(cast.chance.happens(0.4) ? [cast.person(cast.routine(home), home.town)] : []),
  ]
  return { plan: persons.length === 1 ? 'individual' : 'duo', persons }
}

/** All of them, once, with what stood at home. */
const movedHouse: Archetype = (cast) => {
  const before = cast.home(cast.town())
  const town = cast.chance.happens(0.5) ? cast.acrossTown(before.town) : cast.townElsewhere(before.town)
  const after = { ...cast.bareSite(town), stationary: before.stationary }
  const on = cast.chance.whole(5, cast.habits.days - 5)
  const persons = Array.from({ length: cast.chance.whole(1, 4) }, () => {
    const [old, next] = [cast.routine(before), cast.routine(after)]
    return cast.person((day, hour) => (day < on ? old : next)(day, hour), before.town)
  })
  return { plan: persons.length === 1 ? 'individual' : persons.length === 2 ? 'duo' : 'family', persons }
}

/** Weekends, or some nights, at a second home or a partner's place, with or without a device that stays there. */
const twoHomes: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const town = cast.chance.happens(0.5) ? cast.acrossTown(home.town) : cast.townElsewhere(home.town)
  const second = cast.chance.happens(0.5) ? cast.home(town) : cast.bareSite(town)
  const nights = cast.chance.whole(1, 3)
  const persons = Array.from({ length: cast.chance.whole(1, 2) }, () => {
    const routine = cast.routine(home)
    return cast.person((day, hour) => (day % 7 >= 7 - nights ? second : routine(day, hour)), home.town)
  })
  return { plan: persons.length === 1 ? 'individual' : 'duo', persons }
}

const shiftWorker: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const persons = Array.from({ length: cast.chance.whole(1, 3) }, (_, index) =>
    cast.person(cast.routine(home, { shifts: index === 0 }), home.town),
  )
  return { plan: persons.length === 1 ? 'individual' : 'family', persons }
}

const roommates: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const persons = Array.from({ length: cast.chance.whole(2, 4) }, () => {
    const lover = cast.bareSite(cast.acrossTown(home.town))
    const routine = cast.routine(home)
    const out = cast.chance.between(0, 0.25)
    const nights = new Set(Array.from({ length: 60 }, (_, day) => day).filter(() => cast.chance.happens(out)))
    return cast.person((day, hour) => (nights.has(day) && hour >= 18 ? lover : routine(day, hour)), home.town)
  })
  return { plan: persons.length === 2 ? 'duo' : 'family', persons }
}

/** Each with its share of the honest. */
export const HONEST: readonly (readonly [name: string, archetype: Archetype, weight: number])[] = [
  ['single', single, 3],
  ['couple', couple, 3],
  ['family', family, 3],
  ['student', student, 1.5],
  ['traveller', traveller, 1.5],
  ['holiday', holiday, 1.5],
  ['commuter', commuter, 1.5],
  ['mobile-only', mobileOnly, 1],
  ['vpn-user', vpnUser, 1.5],
  ['new-phone', newPhone, 1],
  ['moved-house', movedHouse, 1],
  ['two-homes', twoHomes, 1.5],
  ['shift-worker', shiftWorker, 1],
  ['roommates', roommates, 1],
]
