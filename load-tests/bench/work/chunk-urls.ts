/** Owns the signing of chunk addresses alone, without sockets: as many whole addresses as one processor makes. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nodeProgram } from '../../../infra/stack/node-program.ts'
import { CORE, pinned } from '../../storms/pin.ts'
import type { Work } from './work.ts'

const RUN_MS = { usual: 5_000, quick: 300 }

export const chunkUrls: Work = {
  title: 'chunk addresses, whole and byte-equal',
  servers: ['minio-client', 'segue'],
  figures: { cpu_us: 'CPU an address, µs', per_second: 'addresses/s' },
  compared: 'cpu_us',
  async run(rig, name) {
    const program = pinned(nodeProgram('gateway/bench/chunk-urls/main.ts', {}), CORE.measured)
    const forMs = RUN_MS[rig.quick ? 'quick' : 'usual']
    const words = [name === 'segue' ? 'gateway' : 'minio', '--for-ms', String(forMs)]
    const { stdout } = await promisify(execFile)(program.command, [...program.args, ...words], { env: program.env })
    const { perSecond, cpuUs } = JSON.parse(stdout) as { perSecond: number; cpuUs: number }
    return { cpu_us: cpuUs, per_second: perSecond }
  },
}
