/** Owns the hash of ids as bytes: four at a time, mixed as MurmurHash3 does (Austin Appleby, public domain). */

const [C1, C2] = [0xcc9e2d51, 0x1b873593] as const

/** 32 bits of the bytes from `start` to `end`; another seed gives others. */
export function hashBytes(view: DataView, start: number, end: number, seed: number): number {
  let hash = seed
  let at = start
  for (; at + 4 <= end; at += 4) hash = mixed(hash, view.getInt32(at, true))
  let rest = 0
  for (; at < end; at += 1) rest = (rest << 8) | view.getUint8(at)
  hash = mixed(hash, rest) ^ (end - start)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(word, C1)
  const turned = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), C2)
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0
}
