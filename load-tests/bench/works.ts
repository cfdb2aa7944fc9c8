/** Owns the table of works, in the order in which they are done. */

import { chunkUrls } from './work/chunk-urls.ts'
import { resume, signIn } from './work/coming-in.ts'
import { fanOut } from './work/fan-out.ts'
import { grants } from './work/grants.ts'
import { growth, twoGateways } from './work/growth.ts'
import { heartbeat } from './work/heartbeat.ts'
import { idle } from './work/idle.ts'
import { jitterStorm, resumeStorm } from './work/storms.ts'
import { telemetry } from './work/telemetry.ts'
import type { Work } from './work/work.ts'

export const WORKS = {
  'heartbeat-1': heartbeat(1),
  'heartbeat-16': heartbeat(16),
  idle,
  telemetry,
  'sign-in': signIn,
  resume,
  'chunk-urls': chunkUrls,
  grants,
  'fan-out-1': fanOut(1),
  'fan-out-8': fanOut(8),
  growth,
  'two-gateways': twoGateways,
  'resume-storm': resumeStorm,
  jitter: jitterStorm,
} as const satisfies Record<string, Work>

export type WorkName = keyof typeof WORKS
export const WORK_NAMES = Object.keys(WORKS) as WorkName[]
