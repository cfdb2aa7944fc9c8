/** Owns the table of scenarios: who takes part, how long, and what must hold. */

/** A client of one kind; each is a scenario of k6 by this name. */
export type RoleName = 'listener' | 'reporter' | 'sluggish' | 'abuser'

export interface Scenario {
  readonly about: string
  /** How many of each kind, unless told. */
  readonly clients: Readonly<Partial<Record<RoleName, number>>>
  readonly seconds: number
  readonly thresholds: Readonly<Record<string, readonly string[]>>
}

/** What no listener may notice, whatever else goes on. */
const NOTHING_HEARD = {
  // Without anybody to check, k6 takes every rate for kept.
  segue_listeners: ['count>0'],
  checks: ['rate==1'],
  segue_gaps: ['count==0'],
  segue_sessions_lost: ['count==0'],
  segue_failed: ['count==0'],
} as const
const NOTHING_LOST = {
  segue_events_dropped: ['count==0'],
  segue_events_unacked: ['count==0'],
} as const

export const SCENARIOS = {
  smoke: {
    about: 'every kind of message once or twice: sign-in, play, pause, seek, next, chunks, telemetry',
    clients: { listener: 10 },
    seconds: 20,
    thresholds: { ...NOTHING_HEARD, ...NOTHING_LOST, segue_refusals: ['count==0'], segue_answer: ['p(95)<1000'] },
  },
  steady: {
    about: 'an ordinary hour, cut short: everybody listens',
    clients: { listener: 500 },
    seconds: 120,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      segue_heard: ['rate>0.99'],
      segue_rtt: ['p(95)<250'],
      segue_ack: ['p(99)<1000'],
      segue_startup: ['p(95)<1000'],
    },
  },
  ramp: {
    about: 'an evening: listeners come for a third of the time, stay for a third, and leave for a third',
    clients: { listener: 1_000 },
    seconds: 180,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      segue_heard: ['rate>0.99'],
      segue_sign_in: ['p(95)<1000', 'p(99)<2000'],
      segue_rtt: ['p(95)<250'],
      segue_startup: ['p(95)<1000'],
    },
  },
  storm: {
    about: 'all connections break at the same moment, and everybody comes back by the rules of the protocol',
    clients: { listener: 1_000 },
    seconds: 60,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      'segue_return{recovered:true}': ['p(95)<3000', 'p(99)<5000'],
      segue_not_recovered: ['count==0'],
    },
  },
  deploy: {
    about: 'a gateway is asked to leave while another stands: nobody with 10 s of audio in hand may hear it',
    clients: { listener: 500 },
    seconds: 75,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      segue_not_recovered: ['count==0'],
      segue_moved: ['count>0'],
      segue_heard: ['rate>0.99'],
      'segue_return{recovered:true}': ['p(99)<5000'],
    },
  },
  flood: {
    about: 'telemetry far above what players send, while others listen: acknowledged, all of it',
    clients: { listener: 50, reporter: 20 },
    seconds: 60,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      'segue_ack{role:reporter}': ['p(95)<1000', 'p(99)<3000'],
      'segue_rtt{role:listener}': ['p(95)<500'],
    },
  },
  slow: {
    about:
      'clients whose line carries 4 KB a second ask for much more, until it is gone: they come back over a better one',
    clients: { listener: 100, sluggish: 10 },
    seconds: 90,
    thresholds: {
      segue_listeners: ['count>0'],
      'checks{role:listener}': ['rate==1'],
      'checks{role:sluggish}': ['rate==1'],
      'segue_gaps{role:listener}': ['count==0'],
      'segue_sessions_lost{role:listener}': ['count==0'],
      segue_failed: ['count==0'],
      'segue_events_unacked{role:listener}': ['count==0'],
      'segue_rtt{role:listener}': ['p(95)<250'],
    },
  },
  abuse: {
    about:
      'bad tokens, frames from hell, silence and haste: each is answered by its code, and listeners hear nothing of it',
    clients: { listener: 100, abuser: 18 },
    seconds: 60,
    thresholds: {
      ...NOTHING_HEARD,
      ...NOTHING_LOST,
      segue_abuse_answered: ['rate==1'],
      'segue_rtt{role:listener}': ['p(95)<250'],
      'segue_heard{role:listener}': ['rate>0.99'],
    },
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof SCENARIOS
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[]

/** Every kind scaled alike, so that `listener` and the rest keep their measure; nobody is scaled away. */
export function clientsOf(
  name: ScenarioName,
  listeners: number | undefined,
): Readonly<Partial<Record<RoleName, number>>> {
  const { clients }: Scenario = SCENARIOS[name]
  if (listeners === undefined || clients.listener === undefined) return clients
  const scale = listeners / clients.listener
  const scaled = Object.entries(clients).map(([role, many]) => [role, Math.max(1, Math.round(many * scale))])
  return Object.fromEntries(scaled) as Partial<Record<RoleName, number>>
}
