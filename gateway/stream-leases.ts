/** Owns the port to the snapshots of open streams: what the reaper ends a stream from when its gateway is gone (D4). */

export interface StreamLeases {
  /** Stores `record`, by which the stream would end, and renews its lease. */
  save(streamId: string, accountId: string, record: Uint8Array, leaseMs: number): Promise<void>
  /** The end of the stream is safe in Kafka. */
  remove(streamId: string): Promise<void>
}
