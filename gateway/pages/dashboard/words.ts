/** Owns how the words of what listeners are told apart by read. */

import { countryText, planText } from '../figure-text.ts'
import type { Dimension } from './figures.ts'

const DEVICES: Readonly<Record<string, string>> = {
  phone: 'Phone',
  desktop: 'Desktop',
  tv: 'TV',
  speaker: 'Speaker',
  car: 'Car',
  web: 'Web',
}

const TEXT_OF: Readonly<Record<Dimension, (word: string) => string>> = {
  country: countryText,
  plan: planText,
  device_kind: (word) => DEVICES[word] ?? word,
}

export const dimensionText = (dimension: Dimension, word: string): string => TEXT_OF[dimension](word)
