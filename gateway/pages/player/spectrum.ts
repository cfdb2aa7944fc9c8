/** Owns the small live spectrum: what the analyser sees, as bars. */

import { element } from '../element.ts'
import type { AudioOutput } from './audio-output.ts'

const BARS = 18
const [WIDTH, HEIGHT] = [72, 32]
/** The analyser's bands are even in frequency; ears are not. Bars cover about 40 Hz to 12 kHz, each a step in pitch. */
const [LOWEST_BAND, HIGHEST_BAND] = [2, 512]

export function spectrum(output: AudioOutput): HTMLCanvasElement {
  const ratio = Math.min(2, globalThis.devicePixelRatio)
  const canvas = element('canvas', {
    class: 'spectrum',
    attributes: { width: String(WIDTH * ratio), height: String(HEIGHT * ratio), 'aria-hidden': 'true' },
  })
  const context = canvas.getContext('2d')
  const bands = new Uint8Array(1_024)
  const still = matchMedia('(prefers-reduced-motion: reduce)')

  const draw = () => {
    requestAnimationFrame(draw)
    if (context === null || still.matches) return
    output.bands(bands)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, WIDTH, HEIGHT)
    context.fillStyle = getComputedStyle(canvas).color
    const step = WIDTH / BARS
    for (let bar = 0; bar < BARS; bar++) {
      const height = Math.max(1.5, (strength(bands, bar) / 255) * HEIGHT)
      context.fillRect(bar * step, HEIGHT - height, step - 1.5, height)
    }
  }
  draw()
  return canvas
}

function strength(bands: Uint8Array, bar: number): number {
  const edge = (at: number) => Math.floor(LOWEST_BAND * (HIGHEST_BAND / LOWEST_BAND) ** (at / BARS))
  let most = 0
  for (let band = edge(bar); band <= edge(bar + 1); band++) most = Math.max(most, bands[band] ?? 0)
  return most
}
