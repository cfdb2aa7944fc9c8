/** Owns tones: additive single-cycle waves, an envelope, and for struck sounds partials that die at their own pace. */

export const SAMPLE_RATE_HZ = 44_100

interface Envelope {
  readonly attackS: number
  /** Time in which the level falls to a third while the note is held; Infinity holds it. */
  readonly decayS: number
  readonly releaseS: number
}

interface Instrument {
  readonly envelope: Envelope
  /** Level of each harmonic, the fundamental first; those above what the rate can carry are left out. */
  readonly harmonics: readonly number[]
  /** A second oscillator, this many cents away, makes it broad; 0: there is none. */
  readonly detuneCents: number
  /** Struck bars and bells: partials as multiples of the fundamental, each with its level and decay. */
  readonly partials?: readonly { readonly ratio: number; readonly level: number; readonly decayS: number }[]
}

const falling = (count: number, power: number) => Array.from({ length: count }, (_, index) => 1 / (index + 1) ** power)
const odd = (count: number, power: number) =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 1 / (index + 1) ** power : 0))

export const INSTRUMENTS = {
  pad: { envelope: { attackS: 0.5, decayS: Infinity, releaseS: 0.9 }, harmonics: falling(7, 1.6), detuneCents: 9 },
  strings: {
    envelope: { attackS: 0.18, decayS: Infinity, releaseS: 0.35 },
    harmonics: falling(12, 1.3),
    detuneCents: 6,
  },
  organ: {
    envelope: { attackS: 0.04, decayS: Infinity, releaseS: 0.12 },
    harmonics: [1, 0.5, 0.25, 0.3, 0, 0.12, 0, 0.1],
    detuneCents: 3,
  },
  keys: {
    envelope: { attackS: 0.004, decayS: 0.9, releaseS: 0.18 },
    harmonics: [1, 0.32, 0.08, 0.1, 0.02],
    detuneCents: 4,
  },
  bass: {
    envelope: { attackS: 0.008, decayS: 1.1, releaseS: 0.07 },
    harmonics: [1, 0.45, 0.22, 0.1, 0.05],
    detuneCents: 0,
  },
  flute: { envelope: { attackS: 0.06, decayS: 3, releaseS: 0.12 }, harmonics: [1, 0.22, 0.1, 0.03], detuneCents: 3 },
  reed: { envelope: { attackS: 0.03, decayS: 2.5, releaseS: 0.1 }, harmonics: odd(11, 1.35), detuneCents: 5 },
  harp: { envelope: { attackS: 0.003, decayS: 0.7, releaseS: 0.4 }, harmonics: falling(9, 1.8), detuneCents: 2 },
  marimba: {
    envelope: { attackS: 0.002, decayS: Infinity, releaseS: 0.15 },
    harmonics: [],
    detuneCents: 0,
    partials: [
      { ratio: 1, level: 1, decayS: 0.34 },
      { ratio: 3.93, level: 0.3, decayS: 0.11 },
      { ratio: 9.4, level: 0.1, decayS: 0.04 },
    ],
  },
  bell: {
    envelope: { attackS: 0.002, decayS: Infinity, releaseS: 0.7 },
    harmonics: [],
    detuneCents: 0,
    partials: [
      { ratio: 1, level: 1, decayS: 0.9 },
      { ratio: 2.756, level: 0.35, decayS: 0.5 },
      { ratio: 5.404, level: 0.12, decayS: 0.2 },
    ],
  },
} as const satisfies Record<string, Instrument>

export type InstrumentName = keyof typeof INSTRUMENTS

const TABLE_SIZE = 2_048
const SINE = cycleOf([1])

/** One note, held for `heldS`, with its release after that. */
export function renderTone(name: InstrumentName, midi: number, heldS: number): Float32Array {
  const instrument: Instrument = INSTRUMENTS[name]
  const { envelope } = instrument
  const frequencyHz = 440 * 2 ** ((midi - 69) / 12)
  const samples = new Float32Array(Math.ceil((heldS + envelope.releaseS) * SAMPLE_RATE_HZ))
  if (instrument.partials === undefined) {
    const audible = Math.floor(SAMPLE_RATE_HZ / 2.2 / frequencyHz)
    const cycle = cycleOf(instrument.harmonics.slice(0, Math.max(1, audible)))
    const spread = instrument.detuneCents / 2 / 1_200
    if (instrument.detuneCents === 0) addCycle(samples, cycle, frequencyHz, 1, Infinity)
    else {
      addCycle(samples, cycle, frequencyHz * 2 ** spread, 0.5, Infinity)
      addCycle(samples, cycle, frequencyHz * 2 ** -spread, 0.5, Infinity)
    }
  } else {
    for (const { ratio, level, decayS } of instrument.partials) {
      if (frequencyHz * ratio < SAMPLE_RATE_HZ / 2.2) addCycle(samples, SINE, frequencyHz * ratio, level, decayS)
    }
  }
  shape(samples, envelope, heldS)
  return samples
}

/** One cycle of a wave, brought to a level of 1. */
function cycleOf(harmonics: readonly number[]): Float32Array {
  const cycle = new Float32Array(TABLE_SIZE + 1)
  for (const [index, level] of harmonics.entries()) {
    for (let i = 0; i <= TABLE_SIZE; i++) {
      cycle[i] = (cycle[i] ?? 0) + level * Math.sin((2 * Math.PI * (index + 1) * i) / TABLE_SIZE)
    }
  }
  const peak = cycle.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9)
  return cycle.map((value) => value / peak)
}

function addCycle(out: Float32Array, cycle: Float32Array, frequencyHz: number, level: number, decayS: number): void {
  const advance = (frequencyHz * TABLE_SIZE) / SAMPLE_RATE_HZ
  const fall = decayFactor(decayS)
  let phase = 0
  let gain = level
  for (let i = 0; i < out.length; i++) {
    const index = phase | 0
    const before = cycle[index] ?? 0
    const after = cycle[index + 1] ?? 0
    out[i] = (out[i] ?? 0) + gain * (before + (after - before) * (phase - index))
    gain *= fall
    phase += advance
    if (phase >= TABLE_SIZE) phase -= TABLE_SIZE
  }
}

function shape(samples: Float32Array, { attackS, decayS, releaseS }: Envelope, heldS: number): void {
  const attack = Math.max(1, Math.round(attackS * SAMPLE_RATE_HZ))
  const held = Math.round(heldS * SAMPLE_RATE_HZ)
  const release = Math.max(1, Math.round(releaseS * SAMPLE_RATE_HZ))
  const fall = decayFactor(decayS)
  let level = 1
  for (let i = 0; i < samples.length; i++) {
    const rise = i < attack ? i / attack : 1
    const left = i < held ? 1 : Math.max(0, 1 - (i - held) / release)
    samples[i] = (samples[i] ?? 0) * level * rise * left * left
    level *= fall
  }
}

/** What a level is multiplied with at each sample to fall to 1/e in `seconds`. */
function decayFactor(seconds: number): number {
  return seconds === Infinity ? 1 : Math.exp(-1 / (seconds * SAMPLE_RATE_HZ))
}
