/** Owns the numbers by which what is remembered becomes a score: one table each, with its reasons. */

export interface Judgement {
  /** Fixed lines this far apart are not one home; between the two the doubt shrinks evenly. */
  readonly farKm: Ramp
  /** A mobile network of the same country is said to be where its traffic leaves it, which may be the other end of the country. */
  readonly roving: number
  /** Far apart on one day, though not in the same six hours: most often a journey, day after day not. */
  readonly sameDay: number
  /** Two countries and no places: nearly certain, as neighbours of a border are few. */
  readonly otherCountry: number
  /** How often a device must come back to the same address for the address to stand for a home. */
  readonly steady: Ramp
  /** An evening on two steady lines of one town and provider, and of two providers. */
  readonly nearSameProvider: number
  readonly nearOtherProvider: number
  /** A line with less than this share of devices that stay at home may be a mobile contract. */
  readonly phonesAlone: number
  readonly nearPhonesAlone: number
  /** A line with devices that stay is a home's, whether or not its addresses are. */
  readonly nearStationary: number
  /** Groups of which nothing else is known are one household when their lines are this near. */
  readonly sameTownKm: number
  /** An evening together outweighs this many apart: people who live together are also apart, others are never together. */
  readonly nightTogether: number
  /** Another part of the day on one network, and a day of having used the same network at different times. */
  readonly dayTogether: number
  readonly sameNetwork: number
  /** An evening in one town, of devices that are far apart on other days. */
  readonly nightInTown: number
  /** All of that counts so much more for those who live far apart and carry a device: it took them hundreds of kilometres. */
  readonly visitFromFar: number
  /** And so much less for those who live in one town: it is an evening's visit. */
  readonly visitInTown: number
  /** From this share of togetherness on, devices are one household's. */
  readonly household: number
  /** Devices of one town with less than this between them (days apart) have no reason to be told apart. */
  readonly noReasonApart: number
  readonly weights: Readonly<Record<Feature, number>>
  readonly bias: number
  /** With evidence from a shorter span of days, or of fewer such days, the score stays below the threshold. */
  readonly leastSpanDays: number
  readonly leastDaysApart: number
  /** The score from which an account is flagged. */
  readonly threshold: number
}

/** From nothing at `from` to all at `to`. */
export interface Ramp {
  readonly from: number
  readonly to: number
}

/** Each from 0 to 1, and each can only raise the score. */
export const FEATURES = ['apart', 'weeks', 'strangers', 'atOnce', 'homes', 'alternation', 'overuse'] as const
export type Feature = (typeof FEATURES)[number]

export const JUDGEMENT: Judgement = {
  farKm: { from: 40, to: 120 },
  roving: 0.08,
  sameDay: 0.35,
  otherCountry: 0.8,
  steady: { from: 0.45, to: 0.75 },
  nearSameProvider: 0.6,
  nearOtherProvider: 0.8,
  phonesAlone: 0.2,
  nearPhonesAlone: 0.6,
  nearStationary: 0.8,
  sameTownKm: 60,
  nightTogether: 3,
  dayTogether: 1.5,
  sameNetwork: 1.5,
  nightInTown: 1.5,
  visitFromFar: 2.5,
  visitInTown: 0.6,
  household: 0.35,
  noReasonApart: 1,
  bias: -7,
  weights: {
    // Days on which groups of devices played in different homes. By the logarithm: the tenth day says less than the third.
    apart: 5,
    // Over how many weeks that went on: a holiday is one or two.
    weeks: 2,
    // How little the groups ever meet.
    strangers: 2.5,
    // Days on which groups that live apart played at the same time: two persons, whatever else is unsure.
    atOnce: 2,
    // More than two homes: a family's second home is one, a pool of strangers has many.
    homes: 1.5,
    // How often the place changed to and fro without any device going along: each would be a journey.
    alternation: 2,
    // More at once than the plan allows: in one home it is a plan too small, and no flag by itself.
    overuse: 1.5,
  },
  leastSpanDays: 10,
  leastDaysApart: 2.5,
  threshold: 0.5,
}

export function ramp({ from, to }: Ramp, value: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)))
}
