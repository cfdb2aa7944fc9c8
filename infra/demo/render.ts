/** Owns sound: a score mixed to two channels, with a room around it. Equal notes are made once and added many times. */

import type { ScoreEvent } from './arrange.ts'
import { type DrumName, renderDrum } from './drums.ts'
import { renderTone, SAMPLE_RATE_HZ } from './instruments.ts'

export interface Stereo {
  readonly left: Float32Array
  readonly right: Float32Array
}

/** Held lengths are rounded to this, so that more notes are equal. */
const LENGTH_STEP_S = 0.02
const FADE_S = 1.5
/** The highest sample of the mix. */
const PEAK = 0.84

export function renderScore(score: readonly ScoreEvent[], lengthS: number, room: number): Stereo {
  const length = Math.round(lengthS * SAMPLE_RATE_HZ)
  const mix = { left: new Float32Array(length), right: new Float32Array(length) }
  const made = new Map<string, Float32Array>()
  for (const event of score) {
    const samples = soundOf(event, made)
    const start = Math.round(event.atS * SAMPLE_RATE_HZ)
    // Equal power: a sound is as loud at the side as in the middle.
    const angle = ((event.pan + 1) * Math.PI) / 4
    addAt(mix.left, samples, start, event.level * Math.cos(angle))
    addAt(mix.right, samples, start, event.level * Math.sin(angle))
  }
  if (room > 0) {
    addRoom(mix.left, room, LEFT_DELAYS_S)
    addRoom(mix.right, room, RIGHT_DELAYS_S)
  }
  finish(mix)
  return mix
}

function soundOf(event: ScoreEvent, made: Map<string, Float32Array>): Float32Array {
  if (event.kind === 'drum') return remember(made, event.drum, () => renderDrum(event.drum satisfies DrumName))
  const steps = Math.max(1, Math.round(event.heldS / LENGTH_STEP_S))
  return remember(made, `${event.instrument} ${event.midi} ${steps}`, () =>
    renderTone(event.instrument, event.midi, steps * LENGTH_STEP_S),
  )
}

function remember(made: Map<string, Float32Array>, name: string, make: () => Float32Array): Float32Array {
  const known = made.get(name)
  if (known !== undefined) return known
  const samples = make()
  made.set(name, samples)
  return samples
}

function addAt(out: Float32Array, samples: Float32Array, start: number, level: number): void {
  const count = Math.min(samples.length, out.length - start)
  for (let i = 0; i < count; i++) out[start + i] = (out[start + i] ?? 0) + level * (samples[i] ?? 0)
}

/** Three echoes that feed themselves, of lengths without a common measure, and different on either side. */
const LEFT_DELAYS_S = [0.0297, 0.0411, 0.1373] as const
const RIGHT_DELAYS_S = [0.0317, 0.0437, 0.1289] as const
const FEEDBACK = 0.62
/** How much of the high end an echo loses on each way round. */
const DAMPING = 0.45

function addRoom(channel: Float32Array, room: number, delaysS: readonly number[]): void {
  const wet = new Float32Array(channel.length)
  for (const delayS of delaysS) {
    const line = new Float32Array(Math.round(delayS * SAMPLE_RATE_HZ))
    let at = 0
    let dull = 0
    for (let i = 0; i < channel.length; i++) {
      const echo = line[at] ?? 0
      dull = echo + DAMPING * (dull - echo)
      line[at] = (channel[i] ?? 0) + FEEDBACK * dull
      if (++at === line.length) at = 0
      wet[i] = (wet[i] ?? 0) + echo
    }
  }
  const level = (room * 0.5) / delaysS.length
  for (let i = 0; i < channel.length; i++) channel[i] = (channel[i] ?? 0) + level * (wet[i] ?? 0)
}

/** Brings the mix to its level and lets it end softly. */
function finish({ left, right }: Stereo): void {
  let peak = 1e-9
  for (const channel of [left, right]) {
    for (let i = 0; i < channel.length; i++) peak = Math.max(peak, Math.abs(channel[i] ?? 0))
  }
  const fade = Math.min(left.length, Math.round(FADE_S * SAMPLE_RATE_HZ))
  for (const channel of [left, right]) {
    for (let i = 0; i < channel.length; i++) {
      channel[i] = (channel[i] ?? 0) * (PEAK / peak) * Math.min(1, (channel.length - i) / fade)
    }
  }
}
