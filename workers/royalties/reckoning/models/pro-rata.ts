/** Owns the pro-rata model: every stream weighs the same. */

import type { Model } from './model.ts'

export const proRata: Model = ({ listeners }, _, base) => ({
  factor: base,
  listenerNum: new Array<bigint>(listeners.count).fill(1n),
  listenerDen: new Float64Array(listeners.count).fill(1),
  isByListener: false,
})
