/** Owns the measured costs and the assumptions that capacity is reckoned from, one table: who measures anew changes a row here. */

export interface Input {
  readonly value: number
  readonly unit: string
  readonly what: string
  /** Where it was measured, or why it is assumed. */
  readonly source: string
}

export const INPUTS = {
  beatEveryS: { value: 15, unit: 's', what: 'between two heartbeats of a listener', source: 'SPEC, H1' },
  creditEveryS: { value: 4, unit: 's', what: 'between two credits, each granted one chunk', source: 'SPEC, K1' },
  eventEveryS: { value: 10, unit: 's', what: 'between two events of a listener', source: 'SPEC, T1' },
  trackS: { value: 200, unit: 's', what: 'a track is heard', source: 'assumed' },

  listenUs: {
    value: 170,
    unit: 'µs',
    what: 'gateway CPU a listener and second, with all that is said and told',
    source: 'k6, ramp beside smoke: 11 % more of a processor for 657 more listeners',
  },
  returnUs: {
    value: 280,
    unit: 'µs',
    what: 'gateway CPU a return after a line broke, with what follows at once',
    source: 'bench, resume-storm: 84 % of 6.3 s for 19,000',
  },
  gatewayUse: {
    value: 0.5,
    unit: '',
    what: 'of a gateway core in the ordinary hour; the rest is for returns',
    source: 'chosen',
  },
  sessionsOfAProcess: {
    value: 19_000,
    unit: '',
    what: 'sessions that one process may hold',
    source: 'SEGUE_MAX_SOCKETS unless set, for 20,000 descriptors',
  },
  sessionKb: {
    value: 50,
    unit: 'kB',
    what: 'gateway memory a session that plays',
    source: 'storms, jitter: 508 MiB at 10,000',
  },

  redisOpsPerCore: { value: 40_000, unit: '/s', what: 'scripts a Redis core does', source: 'the floor, unpipelined' },
  redisUse: { value: 0.5, unit: '', what: 'of a Redis core in the ordinary hour', source: 'chosen' },
  redisSessionKb: {
    value: 8.5,
    unit: 'kB',
    what: 'Redis memory a session',
    source: 'storms, jitter: 83 MiB at 10,000',
  },

  ingestRowsPerS: {
    value: 19_278,
    unit: '/s',
    what: 'rows a second of one worker ingest',
    source: 'load-tests/README, analytics',
  },
  ingestUse: { value: 0.5, unit: '', what: 'of that in the ordinary hour; the rest is to catch up', source: 'chosen' },
  clickhouseRowsPerS: {
    value: 38_783,
    unit: '/s',
    what: 'rows a second into one ClickHouse of two cores',
    source: 'bare INSERT, load-tests/README',
  },
  clickhouseUse: { value: 0.5, unit: '', what: 'of that for inserts; the rest is for those who ask', source: 'chosen' },
  clickhouseCores: {
    value: 2,
    unit: '',
    what: 'cores of the machine on which that was measured',
    source: 'load-tests/README',
  },
  clickhouseNodeCores: { value: 32, unit: '', what: 'cores of a node', source: 'chosen' },

  eventBytes: {
    value: 300,
    unit: 'B',
    what: 'a record of one event in Kafka',
    source: 'assumed, with the hashed address',
  },
  brokerMbPerS: {
    value: 50,
    unit: 'MB/s',
    what: 'into one broker, its copies included',
    source: 'assumed: far below its disks and its network',
  },
  copies: { value: 3, unit: '', what: 'copies of each record', source: 'acks=all on three brokers' },
  retentionDays: { value: 7, unit: 'd', what: 'Kafka keeps a record', source: 'TOPICS' },

  downBytesPerS: {
    value: 175,
    unit: 'B/s',
    what: 'down a socket, for each listener',
    source: 'k6, steady, 500 listeners',
  },
  upBytesPerS: { value: 101, unit: 'B/s', what: 'up a socket, for each listener', source: 'k6, steady, 500 listeners' },
  audioKbps: {
    value: 160,
    unit: 'kbit/s',
    what: 'audio, from the store and not from gateways',
    source: 'the middle rendition',
  },
  signInsPerS: {
    value: 1_500,
    unit: '/s',
    what: 'sign-ins that one gateway takes',
    source: 'SEGUE_SIGN_INS_PER_SECOND',
  },
  zones: { value: 3, unit: '', what: 'zones, of which one may be lost', source: 'chosen' },
} as const satisfies Record<string, Input>

export type InputName = keyof typeof INPUTS
export type Values = Readonly<Record<InputName, number>>

export const MEASURED: Values = Object.fromEntries(
  Object.entries(INPUTS).map(([name, { value }]) => [name, value]),
) as Values
