/** Owns the artwork of albums: drawn from the album's id, always the same for the same album. */

import { drawing } from './element.ts'

/** Ground, two colours that get along on it, and a light. */
const PALETTES = [
  ['#24323d', '#e07a4b', '#f1c27d', '#f7eddc'],
  ['#3b1f2b', '#d6526a', '#f0a48a', '#fbe9dc'],
  ['#1f3a34', '#5fae8b', '#d9c77a', '#f4f0dd'],
  ['#2b2a4c', '#7d7fd6', '#e59bb3', '#f3ecf6'],
  ['#42301c', '#c98a3a', '#8fa36b', '#f8efda'],
  ['#17323f', '#3f97a8', '#ee9f6b', '#eaf4ee'],
  ['#3f1d1d', '#c8553d', '#f0b76b', '#fdf1e1'],
  ['#26331f', '#86a659', '#e2b35e', '#f6f3df'],
] as const

type Palette = (typeof PALETTES)[number]
type Dice = (sides: number) => number

const MOTIFS = [bars, arcs, discs, waves, crossing] as const

/** A square picture for `id`, as SVG; decoration, so hidden from screen readers. */
export function artwork(id: string): SVGElement {
  const dice = diceOf(id)
  const palette = PALETTES[dice(PALETTES.length)] ?? PALETTES[0]
  const motif = MOTIFS[dice(MOTIFS.length)] ?? bars
  return drawing(
    'svg',
    { viewBox: '0 0 120 120', class: 'artwork', preserveAspectRatio: 'xMidYMid slice' },
    drawing('rect', { width: 120, height: 120, fill: palette[0] }),
    ...motif(palette, dice),
  )
}

/** FNV-1a seeds a xorshift: small, and the same everywhere. */
function diceOf(text: string): Dice {
  let state = 2_166_136_261
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 16_777_619)
  // Ids that differ in one digit should not look alike.
  state = Math.imul(state ^ (state >>> 15), 2_246_822_507)
  state = Math.imul(state ^ (state >>> 13), 3_266_489_909)
  state = (state ^ (state >>> 16)) >>> 0 || 1
  return (sides) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % sides
  }
}

function bars([, a, b, light]: Palette, dice: Dice): SVGElement[] {
  const accent = dice(9)
  return Array.from({ length: 9 }, (_, at) => {
    const height = 18 + dice(74)
    return drawing('rect', {
      x: 13 + at * 10.8,
      y: 60 - height / 2,
      width: 6.4,
      height,
      rx: 3.2,
      fill: at === accent ? light : at % 2 === 0 ? a : b,
    })
  })
}

function arcs([, a, b, light]: Palette, dice: Dice): SVGElement[] {
  const [x, y] = [dice(2) * 120, dice(2) * 120]
  return [108, 84, 60, 36, 14].map((radius, at) =>
    drawing('circle', { cx: x, cy: y, r: radius + dice(8), fill: [a, b, light, a, b][at] ?? a }),
  )
}

function discs([, a, b, light]: Palette, dice: Dice): SVGElement[] {
  const [x, y] = [34 + dice(20), 38 + dice(20)]
  return [
    drawing('circle', { cx: x, cy: y, r: 30 + dice(10), fill: a }),
    drawing('circle', { cx: x + 34, cy: y + 26, r: 24 + dice(12), fill: b, 'fill-opacity': 0.88 }),
    drawing('circle', { cx: x + 18 + dice(16), cy: y + 14, r: 6 + dice(6), fill: light }),
  ]
}

function waves([, a, b, light]: Palette, dice: Dice): SVGElement[] {
  const depth = 8 + dice(10)
  return [a, b, light, a].map((fill, at) => {
    const y = 30 + at * 23 + dice(6)
    const d = `M0 ${y}C20 ${y - depth} 40 ${y - depth} 60 ${y}S100 ${y + depth} 120 ${y}V120H0Z`
    return drawing('path', { d, fill, 'fill-opacity': at === 2 ? 0.85 : 1 })
  })
}

function crossing([, a, b, light]: Palette, dice: Dice): SVGElement[] {
  const top = 18 + dice(22)
  return [
    drawing('path', { d: `M0 ${top}C60 ${top} 60 104 120 104V120H0Z`, fill: a }),
    drawing('path', { d: `M120 ${top}C60 ${top} 60 104 0 104V120H120Z`, fill: b, 'fill-opacity': 0.86 }),
    drawing('circle', { cx: 28 + dice(64), cy: 12 + dice(20), r: 5 + dice(5), fill: light }),
  ]
}
