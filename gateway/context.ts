/** Owns what every handler may use; a test replaces single parts. */

import type { PlaybackLog } from '../infra/kafka/producer.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { GrantPolicy } from '../session/chunk-window.ts'
import type { Admission } from './admission.ts'
import type { Catalog } from './catalog.ts'
import type { GatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { GatewayBus } from './gateway-bus.ts'
import type { Metrics } from './metrics.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { Signer } from './signer.ts'
import type { Tickets } from './ticket.ts'
import type { VerifyToken } from './token-verifier.ts'
import type { Trouble } from './trouble.ts'

export interface Context {
  readonly config: Pick<GatewayConfig, 'timing' | 'limits'>
  readonly log: Logger
  readonly metrics: Metrics
  /** Of Kafka. */
  readonly logTrouble: Trouble
  readonly verifyToken: VerifyToken
  readonly admission: Admission
  readonly catalog: Catalog
  readonly signer: Signer
  readonly grantPolicy: GrantPolicy
  readonly playbackLog: PlaybackLog
  readonly keeper: SessionKeeper
  readonly tickets: Tickets
  readonly gateways: GatewayBus
  /** Unique to this process. */
  readonly gatewayId: string
  /** Every open socket. */
  readonly connections: Set<Connection>
  /** The socket of each session that is held here. */
  readonly bySession: Map<string, Connection>
  /** Milliseconds since 1970. */
  readonly now: () => number
}
