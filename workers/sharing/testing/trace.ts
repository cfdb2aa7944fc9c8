/** Owns the making of labelled traces: subscriptions by a seed, their sessions, and the events that a service would have seen. */

import { LIMITS } from '../detector/limits.ts'
import type { PlayEvent, PlayEventKind } from '../detector/play-event.ts'
import { Chance } from './chance.ts'
import type { Habits, HabitsOf } from './habits.ts'
import { HONEST } from './honest.ts'
import type { Line } from './lines.ts'
import { Cast, type Person, type Player, type Subscription } from './people.ts'
import { SHARERS } from './sharers.ts'

export interface Trace {
  readonly habits: Habits
  /** By time. */
  readonly events: readonly PlayEvent[]
  readonly labels: ReadonlyMap<string, { readonly shared: boolean; readonly archetype: string }>
}

interface Session {
  readonly player: Player
  readonly line: Line
  readonly fromMs: number
  toMs: number
  endsUnheard: boolean
}

const FIRST_DAY_MS = Date.UTC(2026, 2, 2)
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const TRACK_MS = 215_000

export function makeTrace(seed: number, accounts: number, habitsOf: HabitsOf): Trace {
  const chance = new Chance(seed)
  const habits = habitsOf(chance)
  const labels = new Map<string, { shared: boolean; archetype: string }>()
  const events: PlayEvent[] = []
  for (let index = 0; index < accounts; index += 1) {
    const account = `s${seed}-a${index}`
    const own = chance.fork()
    const subscription = subscribe(new Cast(account, habits, own))
    labels.set(account, { shared: subscription.shared, archetype: subscription.archetype })
    for (const event of eventsOf(account, subscription, habits, own)) events.push(event)
  }
  events.sort((a, b) => a.atMs - b.atMs)
  return { habits, events, labels }
}

function subscribe(cast: Cast): Subscription {
  const shared = cast.chance.happens(cast.habits.shared)
  const table = shared ? SHARERS : HONEST
  const [archetype, make] = cast.chance.weighted(table.map((row) => [row, row[2]] as const))
  return { archetype, shared, ...make(cast) }
}

function eventsOf(account: string, { plan, persons }: Subscription, habits: Habits, chance: Chance): PlayEvent[] {
  const sessions = persons.flatMap((person) => sessionsOf(person, habits, chance)).sort((a, b) => a.fromMs - b.fromMs)
  if (chance.happens(habits.enforced)) stopTheOldest(sessions, LIMITS.streams[plan])
  const placeless = chance.happens(habits.placeless)
  return sessions.flatMap((session) => {
    const { player, line } = session
    const { ip, place } = line.at(player.id, session.fromMs, chance)
    return timesOf(session, habits, chance).map(
      ([atMs, event]): PlayEvent => ({
        atMs,
        account,
        plan,
        device: player.id,
        kind: player.kind,
        ip,
        asn: line.asn,
        country: line.country,
        place: placeless ? undefined : place,
        event,
      }),
    )
  })
}

/** One person listens to one thing at a time. */
function sessionsOf(person: Person, habits: Habits, chance: Chance): Session[] {
  const sessions: Session[] = []
  const hours = person.hours.map((weight, hour) => [hour, weight] as const)
  for (let day = 0; day < habits.days; day += 1) {
    const starts = Array.from(
      { length: chance.poisson(person.sessionsADay) },
      () => chance.weighted(hours) + chance.between(0, 1),
    )
    for (const start of starts.sort((a, b) => a - b)) {
      const site = person.where(day, Math.floor(start))
      const players = [...person.carried(day), ...site.stationary]
      if (players.length === 0) continue
      const player = chance.pick(players)
      const stays = site.stationary.includes(player)
      const roams = site.line === undefined || (!stays && player.kind === 'phone' && chance.happens(person.mobileShare))
      let line = roams ? person.mobile : (site.line ?? person.mobile)
      if (person.vpn !== undefined && !stays && chance.happens(person.vpn.share)) line = person.vpn.line
      const zoneMs = Math.round(site.town.lon / 15) * HOUR_MS
      const fromMs = Math.round(FIRST_DAY_MS + day * DAY_MS + start * HOUR_MS - zoneMs)
      const last = sessions.at(-1)
      if (last !== undefined && fromMs < last.toMs + MINUTE_MS) continue
      const minutes = habits.sessionMinutes * Math.exp(chance.normal(0.7))
      sessions.push({
        player,
        line,
        fromMs,
        toMs: fromMs + Math.round(minutes * MINUTE_MS),
        endsUnheard: chance.happens(habits.lostEnds),
      })
    }
  }
  return sessions
}

function stopTheOldest(sessions: readonly Session[], allowed: number): void {
  const open: Session[] = []
  for (const session of sessions) {
    for (let index = open.length - 1; index >= 0; index -= 1)
      if ((open[index]?.toMs ?? 0) <= session.fromMs) open.splice(index, 1)
    const again = open.findIndex(({ player }) => player.id === session.player.id)
    if (again >= 0) for (const before of open.splice(again, 1)) before.toMs = session.fromMs
    while (open.length >= allowed) for (const stopped of open.splice(0, 1)) stopped.toMs = session.fromMs
    open.push(session)
  }
}

function timesOf({ fromMs, toMs, endsUnheard }: Session, habits: Habits, chance: Chance): [number, PlayEventKind][] {
  const times: [number, PlayEventKind][] = [[fromMs, 'play_start']]
  if (habits.startsEveryTrack)
    for (let at = fromMs + TRACK_MS; at < toMs - MINUTE_MS; at += TRACK_MS) times.push([at, 'play_start'])
  if (habits.heartbeatMs !== undefined)
    for (let at = fromMs + habits.heartbeatMs; at < toMs; at += habits.heartbeatMs)
      times.push([Math.round(at + chance.between(-500, 500)), 'heartbeat'])
  if (habits.sendsEnds && !endsUnheard) times.push([toMs, 'play_end'])
  return times.filter(([at]) => at >= fromMs).sort((a, b) => a[0] - b[0])
}
