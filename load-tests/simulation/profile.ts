/** Owns how fine a run is: as a deployment has it by default, or with every interval stretched, so that a million hours take minutes. */

export interface Profile {
  readonly heartbeatIntervalMs: number
  readonly leaseMs: number
  readonly resumeWithinMs: number
  /** How often a gateway looks for silent connections, and the reaper for streams to end. */
  readonly sweepEveryMs: number
  readonly reaperEveryMs: number
  /** How often a gateway asks the servers that are up whether they are. */
  readonly probeEveryMs: number
  readonly chunkMs: number
  /** Chunks that a client asks for at once. */
  readonly creditChunks: number
  /** A client asks again when it holds less audio than this ahead of the playhead. */
  readonly creditBelowMs: number
  /** How often a `position` event is reported while something plays. */
  readonly reportEveryMs: number
  readonly trackMs: readonly [least: number, most: number]
  readonly tokenLifeMs: number
  /** Mean time between two things that a listener does. */
  readonly actEveryMs: number
  /** Mean time between two faults, in the whole fleet, and of one client's network. */
  readonly faultEveryMs: number
  readonly networkFaultEveryMs: number
  readonly clients: number
  readonly gateways: number
  readonly hours: number
}

export const PROFILES = {
  /** Everything as by default (`gateway/config.ts`), and a fault every few minutes. */
  fine: {
    heartbeatIntervalMs: 15_000,
    leaseMs: 45_000,
    resumeWithinMs: 600_000,
    sweepEveryMs: 1_000,
    reaperEveryMs: 1_000,
    probeEveryMs: 2_000,
    chunkMs: 4_000,
    creditChunks: 6,
    creditBelowMs: 14_000,
    reportEveryMs: 10_000,
    trackMs: [20_000, 260_000],
    tokenLifeMs: 1_800_000,
    actEveryMs: 60_000,
    faultEveryMs: 90_000,
    networkFaultEveryMs: 300_000,
    clients: 20,
    gateways: 3,
    hours: 2,
  },
  /** The same for a few, with faults twice as often: for tests. */
  brief: {
    heartbeatIntervalMs: 15_000,
    leaseMs: 45_000,
    resumeWithinMs: 600_000,
    sweepEveryMs: 1_000,
    reaperEveryMs: 1_000,
    probeEveryMs: 2_000,
    chunkMs: 4_000,
    creditChunks: 6,
    creditBelowMs: 14_000,
    reportEveryMs: 10_000,
    trackMs: [20_000, 260_000],
    tokenLifeMs: 900_000,
    actEveryMs: 60_000,
    faultEveryMs: 60_000,
    networkFaultEveryMs: 200_000,
    clients: 8,
    gateways: 2,
    hours: 1,
  },
  /** A beat every ten minutes and all else that is periodic 40 times as slow, long tracks, people who let them play. */
  coarse: {
    heartbeatIntervalMs: 600_000,
    leaseMs: 1_800_000,
    resumeWithinMs: 3_600_000,
    sweepEveryMs: 20_000,
    reaperEveryMs: 20_000,
    probeEveryMs: 40_000,
    chunkMs: 160_000,
    creditChunks: 64,
    creditBelowMs: 200_000,
    reportEveryMs: 1_800_000,
    trackMs: [600_000, 3_600_000],
    tokenLifeMs: 4 * 3_600_000,
    actEveryMs: 3_600_000,
    faultEveryMs: 240_000,
    networkFaultEveryMs: 3_600_000,
    clients: 500,
    gateways: 3,
    hours: 8,
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof PROFILES
