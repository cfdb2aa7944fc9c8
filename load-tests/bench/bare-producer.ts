/** Owns the measuring of the bare producer: the floor of telemetry. */

import { bundledProgram } from '../../infra/stack/bundled-program.ts'
import { CORE, pinned } from '../storms/pin.ts'
import { startMeter } from '../storms/process-meter.ts'
import { startToldProcess } from '../told-process.ts'
import type { Rig } from './rig.ts'

export interface Produced {
  readonly records: number
  readonly seconds: number
}

export type ProducerLibrary = 'kafkajs' | 'platformatic'

const WARM_SHARE = 0.5

export async function measureBareProducer(
  { yard }: Rig,
  library: ProducerLibrary,
  forMs: number,
): Promise<Produced & { cpuS: Record<string, number> }> {
  const launch = await bundledProgram('load-tests/bench/peers/producer/main.ts', yard.env)
  const producer = startToldProcess<{ readonly forMs: number }, Produced, { readonly word: string }>(
    pinned({ ...launch, args: [...launch.args, library] }, CORE.measured),
    () => undefined,
  )
  try {
    await producer.ask({ forMs: forMs * WARM_SHARE })
    const processes = yard.processes(() => [])
    const meter = startMeter(() => ({ ...processes(), server: [producer.pid] }))
    const produced = await producer.ask({ forMs })
    const usage = await meter.stop()
    const used = Object.entries(usage).map(([name, { seconds }]) => [name, seconds.at(-1)?.seconds ?? 0] as const)
    return { ...produced, cpuS: Object.fromEntries(used) }
  } finally {
    await producer.stop()
  }
}
