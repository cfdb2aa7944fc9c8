/** Owns MessagePack as we write it everywhere: plain maps and no extensions, so that any stock library reads it. */

import { Packr } from 'msgpackr'

// msgpackr's own record extension would be faster, and private.
export const plainMsgpack = new Packr({
  useRecords: false,
  variableMapSize: true,
  mapsAsObjects: true,
  int64AsType: 'number',
})

/** ASCII, a byte each. */
export const asciiBytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** ASCII of less than 32 characters, its head before it: for who writes or reads a map in place. */
export const shortText = (text: string) => Uint8Array.of(0xa0 | text.length, ...asciiBytes(text))
