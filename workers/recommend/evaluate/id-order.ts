/** Owns the order of ids: as numbers where all of them are whole numbers, else as bytes. */

const WHOLE = /^(0|-?[1-9]\d{0,14})$/

export function inIdOrder(ids: Iterable<string>): string[] {
  const all = [...ids]
  if (all.every((id) => WHOLE.test(id))) return all.sort((a, b) => Number(a) - Number(b))
  return all
    .map((id) => ({ id, bytes: Buffer.from(id) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ id }) => id)
}
