/** Owns those who share with somebody who lives elsewhere: each an archetype, its numbers drawn anew every time. */

import type { Archetype } from './honest.ts'
import type { Cast, Person, Site } from './people.ts'

function owners(cast: Cast, home: Site, most: number): Person[] {
  return Array.from({ length: cast.chance.whole(1, most) }, () => cast.person(cast.routine(home), home.town))
}

const planOf = (cast: Cast, persons: number) =>
  persons === 1 || cast.chance.happens(0.5) ? 'individual' : persons === 2 ? 'duo' : 'family'

const friendElsewhere: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const other = cast.home(cast.townElsewhere(home.town))
  const persons = [...owners(cast, home, 2), cast.person(cast.routine(other), other.town)]
  return { plan: planOf(cast, persons.length), persons }
}

/** Another home in the same town; now and then a visit. */
const grownUpChild: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const own = cast.home(cast.acrossTown(home.town), home)
  const routine = cast.routine(own)
  const visits = cast.chance.pick([0, 0, 7, 14])
  const child = cast.person(
    (day, hour) => (visits > 0 && day % visits === 6 && hour >= 12 && hour < 20 ? home : routine(day, hour)),
    own.town,
  )
  const persons = [...owners(cast, home, 3), child]
  return { plan: persons.length === 2 ? cast.chance.pick(['individual', 'duo']) : 'family', persons }
}

const formerPartner: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const town = cast.chance.happens(0.6) ? cast.acrossTown(home.town) : cast.townElsewhere(home.town)
  const other = cast.home(town, home)
  const persons = [cast.person(cast.routine(home), home.town), cast.person(cast.routine(other), other.town)]
  return { plan: cast.chance.pick(['individual', 'duo', 'family']), persons }
}

const soldAbroad: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const buyers = Array.from({ length: cast.chance.whole(1, 2) }, () => {
    const other = cast.home(cast.townAbroad(home.town))
    return cast.person(cast.routine(other), other.town)
  })
  return { plan: cast.chance.pick(['individual', 'duo', 'family']), persons: [...owners(cast, home, 1), ...buyers] }
}

/** A password that goes round: many devices in many towns, each for some days. */
const pool: Archetype = (cast) => {
  const persons = Array.from({ length: cast.chance.whole(4, 9) }, () => {
    const home = cast.home(cast.town())
    const person = cast.person(cast.routine(home), home.town)
    return { ...person, sessionsADay: person.sessionsADay * cast.chance.between(0.2, 0.6) }
  })
  return { plan: cast.chance.pick(['individual', 'family', 'family']), persons }
}

/** The friend is always behind a VPN, or nearly. */
const hiddenByVpn: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const other = cast.home(cast.townElsewhere(home.town))
  const friend = cast.person(cast.routine(other), other.town, { vpn: cast.vpn(cast.chance.between(0.5, 1)) })
  return { plan: cast.chance.pick(['individual', 'duo']), persons: [...owners(cast, home, 1), friend] }
}

const familyOfHomes: Archetype = (cast) => {
  const persons = Array.from({ length: cast.chance.whole(2, 5) }, () => {
    const home = cast.home(cast.town())
    return cast.person(cast.routine(home), home.town)
  })
  return { plan: 'family', persons }
}

/** The friend listens now and then. */
const seldom: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const other = cast.home(cast.townElsewhere(home.town))
  const friend = cast.person(cast.routine(other), other.town, { sessionsADay: cast.chance.between(0.2, 0.6) })
  return { plan: cast.chance.pick(['individual', 'duo']), persons: [...owners(cast, home, 2), friend] }
}

/** A speaker at the grandmother's, visited now and then. */
const farSpeaker: Archetype = (cast) => {
  const home = cast.home(cast.town())
  const town = cast.townElsewhere(home.town)
  const hers: Site = { ...cast.bareSite(town), stationary: [cast.device('speaker')] }
  const visit = cast.chance.whole(0, cast.habits.days)
  const family = owners(cast, home, 3).map((person) => ({
    ...person,
    where: (day: number, hour: number) => (day >= visit && day < visit + 2 ? hers : person.where(day, hour)),
  }))
  return { plan: 'family', persons: [...family, cast.person(() => hers, town, { carried: () => [] })] }
}

export const SHARERS: readonly (readonly [name: string, archetype: Archetype, weight: number])[] = [
  ['friend-elsewhere', friendElsewhere, 3],
  ['grown-up-child', grownUpChild, 2],
  ['former-partner', formerPartner, 1.5],
  ['sold-abroad', soldAbroad, 1],
  ['pool', pool, 1.5],
  ['hidden-by-vpn', hiddenByVpn, 1],
  ['family-of-homes', familyOfHomes, 2],
  ['seldom', seldom, 1],
  ['far-speaker', farSpeaker, 1],
]
