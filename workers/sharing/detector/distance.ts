/** Owns how far places are apart, and how fast one would have to travel. */

import type { Place } from './play-event.ts'

const EARTH_RADIUS_KM = 6372.8
const RADIANS_PER_DEGREE = Math.PI / 180

/** The great circle, by the haversine. */
export function distanceKm(from: Place, to: Place): number {
  const byLat = Math.sin(((to.lat - from.lat) * RADIANS_PER_DEGREE) / 2)
  const byLon = Math.sin(((to.lon - from.lon) * RADIANS_PER_DEGREE) / 2)
  const across = Math.cos(from.lat * RADIANS_PER_DEGREE) * Math.cos(to.lat * RADIANS_PER_DEGREE)
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(byLat * byLat + across * byLon * byLon)))
}

export interface TravelLimit {
  /** Shorter ways are travelled: what is known of places is not exact. */
  readonly fromKm: number
  readonly fasterThanKmh: number
}

/** Whether no traveller covers the distance in that time: beyond one of the limits. */
export function isImpossibleTravel(km: number, ms: number, limits: readonly TravelLimit[]): boolean {
  const hours = Math.abs(ms) / 3_600_000
  return limits.some((limit) => km >= limit.fromKm && km > limit.fasterThanKmh * hours)
}
