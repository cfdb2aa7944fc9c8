/** Owns the artist-centric model: artists with an audience and streams that were sought weigh more, whoever streams day and night less. */

import { add, groupedBy } from '../grouping.ts'
import type { Month } from '../month.ts'
import { type ArtistCentricRule, DISCOVERIES } from '../rules.ts'
import type { Model } from './model.ts'

export const artistCentric: Model = (month, { artistCentric: rule }, base) => {
  const { listeners, streams } = month
  const heard = new Float64Array(listeners.count)
  for (let stream = 0; stream < streams.count; stream += 1)
    if (base[stream] !== 0) add(heard, streams.listener[stream] as number, 1)

  const byArtist = artistFactors(month, rule, base)
  const { factor, discoveries } = rule.discoveryBoost
  const byDiscovery = Int32Array.from(DISCOVERIES, (discovery) => (discoveries.includes(discovery) ? factor : 1))
  return {
    factor: base.map(
      (weight, stream) =>
        weight *
        (byArtist[streams.artist[stream] as number] as number) *
        (byDiscovery[streams.discovery[stream] as number] as number),
    ),
    listenerNum: Array.from(heard, (count) => (count > rule.cap ? BigInt(rule.cap) : 1n)),
    listenerDen: heard.map((count) => (count > rule.cap ? count : 1)),
    isByListener: false,
  }
}

/** By artist: the boost, or one. Streams and listeners are counted over all pools. */
function artistFactors(
  { artists, listeners, streams }: Month,
  { artistBoost }: ArtistCentricRule,
  base: Int32Array,
): Int32Array {
  const counted = new Int32Array(artists)
  const audience = new Int32Array(artists)
  const lastArtistOf = new Int32Array(listeners.count).fill(-1)
  for (const stream of groupedBy(streams.artist, artists)) {
    if (base[stream] === 0) continue
    const artist = streams.artist[stream] as number
    const listener = streams.listener[stream] as number
    add(counted, artist, 1)
    if (lastArtistOf[listener] === artist) continue
    lastArtistOf[listener] = artist
    add(audience, artist, 1)
  }
  return counted.map((count, artist) =>
    count >= artistBoost.streams && (audience[artist] as number) >= artistBoost.listeners ? artistBoost.factor : 1,
  )
}
