/** Owns what every handler may use; a test replaces single parts. */

import type { PlaybackLog } from '../infra/kafka/producer.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { GrantPolicy } from '../session/chunk-window.ts'
import type { Catalog } from './catalog.ts'
import type { GatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Metrics } from './metrics.ts'
import type { Signer } from './signer.ts'
import type { StreamLeases } from './stream-leases.ts'
import type { VerifyToken } from './token-verifier.ts'

export interface Context {
  readonly config: Pick<GatewayConfig, 'timing' | 'limits'>
  readonly log: Logger
  readonly metrics: Metrics
  readonly verifyToken: VerifyToken
  readonly catalog: Catalog
  readonly signer: Signer
  readonly grantPolicy: GrantPolicy
  readonly playbackLog: PlaybackLog
  readonly leases: StreamLeases
  /** Every open socket. */
  readonly connections: Set<Connection>
  /** Milliseconds since 1970. */
  readonly now: () => number
}
