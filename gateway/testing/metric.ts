/** Owns the reading of one metric of a gateway under test. */

import type { GatewayProcess } from './gateway-process.ts'

/** Its value; NaN when there is none. */
export async function metric({ http }: GatewayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text()
  const line = text.split('\n').find((line) => line.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? Number.NaN)
}
