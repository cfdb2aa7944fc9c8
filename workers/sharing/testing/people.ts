/** Owns who listens: persons with what they carry, and where each is at every hour. */

import type { DeviceKind, Plan } from '../../../protocol/vocabulary.ts'
import type { Chance } from './chance.ts'
import type { Habits } from './habits.ts'
import { fixedLine, type Line, mobileLine, nearby, vpnLine } from './lines.ts'
import type { Town } from './world.ts'

export interface Player {
  readonly id: string
  readonly kind: DeviceKind
}

/** A home, a workplace, a hotel: a line, and the devices that stay there. */
export interface Site {
  readonly town: Town
  readonly line: Line | undefined
  readonly stationary: readonly Player[]
}

export interface Person {
  /** From a day on. */
  carried(day: number): readonly Player[]
  readonly mobile: Line
  /** How often what is carried uses the mobile network though there is a line. */
  readonly mobileShare: number
  readonly vpn: { readonly line: Line; readonly share: number } | undefined
  readonly sessionsADay: number
  /** Weights of the 24 hours. */
  readonly hours: readonly number[]
  where(day: number, hour: number): Site
}

export interface Subscription {
  readonly archetype: string
  readonly shared: boolean
  readonly plan: Plan
  readonly persons: readonly Person[]
}

/** Makes the parts of one subscription. */
export class Cast {
  readonly chance: Chance
  readonly habits: Habits
  readonly #account: string
  #devices = 0

  constructor(account: string, habits: Habits, chance: Chance) {
    this.#account = account
    this.habits = habits
    this.chance = chance
  }

  town(): Town {
    return this.chance.pick(this.habits.world.towns)
  }

  townElsewhere(from: Town): Town {
    return this.chance.pickOther(this.habits.world.towns, from)
  }

  townAbroad(from: Town): Town {
    return this.chance.pick(this.habits.world.towns.filter(({ country }) => country !== from.country))
  }

  /** Another part of the same town. */
  acrossTown(from: Town): Town {
    return { ...from, ...nearby(from, 5, this.chance) }
  }

  device(kind: DeviceKind): Player {
    this.#devices += 1
    return { id: `${this.#account}-${this.#devices}`, kind }
  }

  home(town: Town, not?: Site): Site {
    const stationary: Player[] = []
    if (this.chance.happens(0.5)) stationary.push(this.device('tv'))
    if (this.chance.happens(0.5)) stationary.push(this.device('speaker'))
    if (this.chance.happens(0.3)) stationary.push(this.device('desktop'))
    return { town, line: fixedLine(town, this.habits, this.chance, not?.line), stationary }
  }

  bareSite(town: Town): Site {
    return { town, line: fixedLine(town, this.habits, this.chance), stationary: [] }
  }

  road(town: Town): Site {
    return { town, line: undefined, stationary: this.chance.happens(0.2) ? [this.device('car')] : [] }
  }

  person(where: Person['where'], town: Town, given: Partial<Person> = {}): Person {
    const { chance, habits } = this
    const phone = this.device('phone')
    const others = chance.happens(0.4) ? [this.device(chance.pick(['web', 'desktop']))] : []
    const carried = [phone, ...others]
    const evening = chance.between(17, 22)
    return {
      carried: () => carried,
      mobile: mobileLine(town, habits, chance),
      mobileShare: chance.happens(0.1) ? 0.95 : habits.mobileShare * chance.between(0.3, 1.7),
      vpn: undefined,
      sessionsADay: habits.sessionsADay * chance.between(0.4, 1.6),
      hours: Array.from(
        { length: 24 },
        (_, hour) =>
          0.1 * (hour < 6 ? 0.2 : 1) +
          Math.exp(-(((hour - evening) / 2.5) ** 2)) +
          0.5 * Math.exp(-(((hour - 8) / 1.5) ** 2)) +
          chance.between(0, hour < 6 ? 0.03 : 0.3),
      ),
      where,
      ...given,
    }
  }

  vpn(share: number): Person['vpn'] {
    return { line: vpnLine(this.habits, this.chance), share }
  }

  /** At home, and on some days of the week at work in between. */
  routine(home: Site, { shifts = false } = {}): Person['where'] {
    const { chance } = this
    const works = chance.happens(0.7)
    const work = this.bareSite(this.acrossTown(home.town))
    const road = this.road(home.town)
    const leaves = shifts ? chance.pick([6, 14, 22]) : chance.whole(7, 9)
    const turning = shifts && chance.happens(0.5)
    const workdays = chance.whole(3, 5)
    return (day, hour) => {
      if (!works || day % 7 >= workdays) return home
      const start = turning ? [6, 14, 22][Math.floor(day / 7) % 3] : leaves
      const since = (hour - (start ?? leaves) + 24) % 24
      if (since === 0 || since === 9) return road
      return since < 9 ? work : home
    }
  }
}

/** The days from `from` to before `to` are spent at `site`. */
export function away(where: Person['where'], from: number, to: number, site: Site): Person['where'] {
  return (day, hour) => (day >= from && day < to ? site : where(day, hour))
}
