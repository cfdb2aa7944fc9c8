/** Owns the lines that people listen by: fixed ones, mobile ones and VPNs, each with its addresses and the place it is said to be at. */

import type { Place } from '../detector/play-event.ts'
import type { Chance } from './chance.ts'
import type { Habits } from './habits.ts'
import type { Town } from './world.ts'

export interface Line {
  readonly asn: number
  readonly country: string
  /** The address of a device in a session that begins then, and where that is said to be. */
  at(device: string, atMs: number, chance: Chance): { readonly ip: string; readonly place: Place }
}

const DAY_MS = 86_400_000
const KM_A_DEGREE = 111
const octet = (chance: Chance) => chance.whole(1, 254)
const group = (chance: Chance) => chance.whole(1, 0xffff).toString(16)

export function nearby(place: Place, km: number, chance: Chance): Place {
  const lat = place.lat + chance.normal(km / KM_A_DEGREE)
  const lon = place.lon + chance.normal(km / (KM_A_DEGREE * Math.cos((place.lat * Math.PI) / 180)))
  return { lat: Number(lat.toFixed(3)), lon: Number(lon.toFixed(3)) }
}

const fresh4 = (chance: Chance) => `${chance.whole(20, 220)}.${octet(chance)}.${octet(chance)}.${octet(chance)}`
const fresh6 = (chance: Chance) => `2a0${chance.whole(0, 9)}:${group(chance)}:${group(chance)}:${group(chance)}`

/** A household's: one address for all of it at a time. */
export function fixedLine(town: Town, habits: Habits, chance: Chance, not?: Line): Line {
  const providers = habits.world.fixed[town.country] ?? []
  const asn = not !== undefined && chance.happens(0.7) ? chance.pickOther(providers, not.asn) : chance.pick(providers)
  const place = nearby(town, habits.placeNoiseKm, chance)
  const kind = chance.weighted([
    ['session', habits.sessionLines],
    ['steady', habits.steadyLines],
    ['leased', Math.max(0, 1 - habits.steadyLines - habits.sessionLines)],
  ] as const)
  const everyMs = kind === 'steady' ? Number.POSITIVE_INFINITY : chance.pick([1, 2, 3, 7, 14]) * DAY_MS
  const dual = chance.happens(habits.ipv6)
  const addresses = new Map<number, { four: string; six: string }>()
  return {
    asn,
    country: town.country,
    at(device, atMs, session) {
      const lease = kind === 'session' ? session.between(0, 1) : Math.floor(atMs / everyMs)
      let address = addresses.get(lease)
      if (address === undefined) {
        address = { four: fresh4(session), six: fresh6(session) }
        if (kind !== 'session') addresses.set(lease, address)
      }
      // Most systems prefer IPv6 where there is one; each device always does or always does not.
      const six = dual && device.charCodeAt(device.length - 1) % 3 !== 0
      return { ip: six ? `${address.six}::${group(session)}` : address.four, place }
    },
  }
}

/** A phone's: another address of a pool every session, many listeners behind each. */
export function mobileLine(town: Town, habits: Habits, chance: Chance): Line {
  const asn = chance.pick(habits.world.mobile[town.country] ?? [])
  const hubs = habits.world.towns.filter(({ country }) => country === town.country)
  const hub = chance.happens(habits.mobileHubs) ? chance.pick(hubs) : town
  const noiseKm = chance.between(2, 25)
  const pool = Array.from({ length: chance.whole(3, 200) }, () => fresh4(chance))
  return {
    asn,
    country: town.country,
    at: (_, __, session) => ({ ip: session.pick(pool), place: nearby(hub, noiseKm, session) }),
  }
}

/** Comes out in a few towns of the world. */
export function vpnLine(habits: Habits, chance: Chance): Line {
  const exits = Array.from({ length: chance.whole(1, 4) }, () => chance.pick(habits.world.towns))
  const pools = exits.map((exit) => ({
    place: exit,
    pool: Array.from({ length: chance.whole(1, 12) }, () => fresh4(chance)),
  }))
  return {
    asn: chance.pick(habits.world.vpns),
    country: exits[0]?.country ?? 'US',
    at(_, __, session) {
      const { place, pool } = session.pick(pools)
      return { ip: session.pick(pool), place: { lat: place.lat, lon: place.lon } }
    },
  }
}
