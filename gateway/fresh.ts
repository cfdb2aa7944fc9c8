/** Owns answers that many ask for at once: one reading serves all who come while it is under way or fresh. */

export type Fresh<Key, Value> = (key: Key) => Promise<Value>

/** A reading is kept for `freshMs` after it has arrived; one that fails is not kept. */
export function createFresh<Key, Value>(
  read: (key: Key) => Promise<Value>,
  freshMs: number,
  now: () => number,
): Fresh<Key, Value> {
  const readings = new Map<Key, { value: Promise<Value>; arrivedMs: number }>()
  return (key) => {
    for (const [known, { arrivedMs }] of readings) if (now() - arrivedMs > freshMs) readings.delete(known)
    const held = readings.get(key)
    if (held !== undefined) return held.value
    const reading = { value: read(key), arrivedMs: Number.POSITIVE_INFINITY }
    readings.set(key, reading)
    reading.value.then(
      () => {
        reading.arrivedMs = now()
      },
      () => readings.delete(key),
    )
    return reading.value
  }
}
