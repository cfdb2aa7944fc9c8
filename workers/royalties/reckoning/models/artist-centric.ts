/** Owns the artist-centric model: artists with an audience and streams that were sought weigh more, whoever streams day and night less. */

import { add, groupedBy } from '../grouping.ts'
import type { Month } from '../month.ts'
import { type ArtistCentricRule, DISCOVERIES } from '../rules.ts'
import type { Model } from './model.ts'

export const artistCentric: Model = (month, { artistCentric: rule }, base) => {
  const heard = heardByListener(month, base)
  const byArtist = artistFactors(month, rule, base)
  const { factor, discoveries } = rule.discoveryBoost
  const byDiscovery = Int32Array.from(DISCOVERIES, (discovery) => (discoveries.includes(discovery) ? factor : 1))
  const { streams } = month
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

/** By listener: the streams of the person, over all pools. */
function heardByListener({ listeners, people, streams }: Month, base: Int32Array): Float64Array {
  const heard = new Float64Array(people)
  for (let stream = 0; stream < streams.count; stream += 1)
    if (base[stream] !== 0) add(heard, listeners.person[streams.listener[stream] as number] as number, 1)
  return Float64Array.from(listeners.person, (person) => heard[person] as number)
}

/** By artist: the boost, or one. Streams and people are counted over all pools. */
function artistFactors(
  { artists, listeners, people, streams }: Month,
  { artistBoost }: ArtistCentricRule,
  base: Int32Array,
): Int32Array {
  const counted = new Int32Array(artists)
  const audience = new Int32Array(artists)
  const lastArtistOf = new Int32Array(people).fill(-1)
  for (const stream of groupedBy(streams.artist, artists)) {
    if (base[stream] === 0) continue
    const artist = streams.artist[stream] as number
    const person = listeners.person[streams.listener[stream] as number] as number
    add(counted, artist, 1)
    if (lastArtistOf[person] === artist) continue
    lastArtistOf[person] = artist
    add(audience, artist, 1)
  }
  return counted.map((count, artist) =>
    count >= artistBoost.streams && (audience[artist] as number) >= artistBoost.listeners ? artistBoost.factor : 1,
  )
}
