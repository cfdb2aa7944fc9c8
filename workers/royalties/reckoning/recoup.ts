/** Owns the keeping back of advances: what a holder was paid before it was earned is taken from what he earns. */

export interface OpenAdvance {
  readonly advanceId: string
  /** What of it is not recouped yet, in the currency of the earnings. */
  readonly open: bigint
}

export interface Recouped {
  /** Of each advance that something was kept back for. */
  readonly recouped: readonly { readonly advanceId: string; readonly micros: bigint }[]
  readonly payable: bigint
}

/** @param advances are recouped in their order: by the day that they were paid on, then by id, as the caller has them. */
export function recoup(earned: bigint, advances: readonly OpenAdvance[]): Recouped {
  if (earned < 0n || advances.some(({ open }) => open < 0n)) throw new RangeError('an amount is below zero')
  const recouped: { advanceId: string; micros: bigint }[] = []
  let payable = earned
  for (const { advanceId, open } of advances) {
    let micros = open
    if (micros > payable) micros = payable
    if (micros === 0n) continue
    recouped.push({ advanceId, micros })
    payable -= micros
  }
  return { recouped, payable }
}
