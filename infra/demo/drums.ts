/** Owns the drums: short sounds made once from a falling tone and from noise. */

import { SAMPLE_RATE_HZ } from './instruments.ts'
import { seededRandom } from './seeded-random.ts'

interface Drum {
  readonly lengthS: number
  /** A tone that falls from one pitch to another, at this level. */
  readonly tone: { readonly fromHz: number; readonly toHz: number; readonly level: number }
  /** Noise without the part below a corner, at this level. */
  readonly noise: { readonly decayS: number; readonly brightness: number; readonly level: number }
}

export const DRUMS = {
  kick: {
    lengthS: 0.32,
    tone: { fromHz: 130, toHz: 46, level: 1 },
    noise: { decayS: 0.004, brightness: 0.3, level: 0.12 },
  },
  snare: {
    lengthS: 0.2,
    tone: { fromHz: 210, toHz: 170, level: 0.35 },
    noise: { decayS: 0.06, brightness: 0.6, level: 0.4 },
  },
  hat: {
    lengthS: 0.07,
    tone: { fromHz: 1, toHz: 1, level: 0 },
    noise: { decayS: 0.018, brightness: 0.95, level: 0.3 },
  },
} as const satisfies Record<string, Drum>

export type DrumName = keyof typeof DRUMS

export function renderDrum(name: DrumName): Float32Array {
  const { lengthS, tone, noise }: Drum = DRUMS[name]
  const samples = new Float32Array(Math.ceil(lengthS * SAMPLE_RATE_HZ))
  const random = seededRandom(name.length)
  let phase = 0
  let before = 0
  let filtered = 0
  for (let i = 0; i < samples.length; i++) {
    const t = i / SAMPLE_RATE_HZ
    const left = 1 - i / samples.length
    const pitchHz = tone.toHz + (tone.fromHz - tone.toHz) * Math.exp(-t / 0.03)
    phase += (2 * Math.PI * pitchHz) / SAMPLE_RATE_HZ
    const white = 2 * random() - 1
    filtered = noise.brightness * (filtered + white - before)
    before = white
    samples[i] =
      tone.level * Math.sin(phase) * left * left +
      noise.level * filtered * Math.exp(-t / noise.decayS) * Math.min(1, left * 8)
  }
  return samples
}
