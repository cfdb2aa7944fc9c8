/** Owns the fonts of statements, embedded with the glyphs that are used: DejaVu, and Noto Sans JP for what that has not. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create, type Font } from 'fontkit'

const require = createRequire(import.meta.url)
const FILES = {
  regular: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  japanese: require.resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
} as const

export type FontName = keyof typeof FILES
export const FONT_NAMES = Object.keys(FILES) as readonly FontName[]

interface Loaded {
  readonly bytes: Buffer
  readonly font: Font
}

const loaded = new Map<FontName, Loaded>()

function load(name: FontName): Loaded {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const bytes = readFileSync(FILES[name])
  const font = create(bytes)
  if (!('hasGlyphForCodePoint' in font)) throw new Error(`${FILES[name]} holds several fonts`)
  const entry = { bytes, font }
  loaded.set(name, entry)
  return entry
}

export const fontBytes = (name: FontName): Buffer => load(name).bytes

export interface Run {
  readonly font: FontName
  readonly text: string
}

/** A text in runs of one font each: a letter that the wanted font has not is of another that has it. */
export function runsOf(text: string, wanted: FontName): Run[] {
  const runs: { font: FontName; text: string }[] = []
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0
    const last = runs.at(-1)
    const font =
      [wanted, 'regular' as const, 'japanese' as const].find((name) => load(name).font.hasGlyphForCodePoint(point)) ??
      wanted
    if (last?.font === font) last.text += letter
    else runs.push({ font, text: letter })
  }
  return runs
}
