/** Owns what every handler may use; a test replaces single parts. */

import type { PlaybackLog } from '../infra/kafka/producer.ts'
import type { DeviceList } from '../infra/redis/account-store.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Tracing } from '../infra/tracing/tracing.ts'
import type { GrantPolicy } from '../session/chunk-window.ts'
import type { AdDesk } from './ad-desk.ts'
import type { Admission } from './admission.ts'
import type { Announced } from './announce.ts'
import type { Catalog } from './catalog.ts'
import type { GatewayConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Dependencies } from './dependencies.ts'
import type { EndedSignIns } from './ended-sign-ins.ts'
import type { GatewayBus } from './gateway-bus.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { Metrics } from './metrics.ts'
import type { Recommender } from './recommender.ts'
import type { Returns } from './returns.ts'
import type { SearchDesk } from './search-desk.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { Signer } from './signer.ts'
import type { Tickets } from './ticket.ts'
import type { TokenDesk } from './token-desk.ts'
import type { WaitingRoom } from './waiting-room.ts'

export interface Context {
  readonly config: Pick<GatewayConfig, 'timing' | 'limits'>
  readonly log: Logger
  readonly metrics: Metrics
  readonly dependencies: Dependencies
  readonly tokens: TokenDesk
  readonly endedSignIns: Pick<EndedSignIns, 'includes'>
  readonly admission: Admission
  readonly waitingRoom: WaitingRoom<Connection>
  readonly catalog: Catalog
  readonly ads: AdDesk
  readonly search: SearchDesk
  readonly recommender: Recommender
  readonly signer: Signer
  /** What may be granted now: nothing, when sessions have gone on unsaved for too long. */
  readonly grantPolicy: GrantPolicy
  readonly playbackLog: PlaybackLog
  readonly tracing: Pick<Tracing, 'begin'>
  readonly keeper: SessionKeeper
  readonly leases: LeaseKeeper
  readonly tickets: Tickets
  readonly returns: Returns
  readonly gateways: GatewayBus
  /** Unique to this process. */
  readonly gatewayId: string
  /** What waits for slow clients, all of them together. */
  readonly backlog: { bytes: number }
  /** What everybody here is about to be told. */
  readonly announced: Announced[]
  /** Every open socket. */
  readonly connections: Set<Connection>
  /** The socket of each session that is held here, and the sockets of each account. */
  readonly bySession: Map<string, Connection>
  readonly byAccount: Map<string, readonly Connection[]>
  /** Of accounts with a socket here, the newest that is known. */
  readonly deviceLists: Map<string, DeviceList>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Does `work` once, `ms` from now. */
  readonly after: (ms: number, work: () => void) => void
}
