/** Owns the discreet panel that says how the connection does and what is safely told. */

import type { Client, ClientState, TelemetryEvent } from '../../../protocol/client/index.ts'
import { element } from '../element.ts'
import { countText, millisecondsText } from '../figure-text.ts'
import type { PlayerState } from './player-state.ts'

const STATE_TEXT: Readonly<Record<ClientState, string>> = {
  initialized: 'Not connected yet',
  connecting: 'Connecting',
  connected: 'Connected',
  disconnected: 'Reconnecting',
  suspended: 'Reconnecting, as a new session',
  failed: 'Not connected',
  closed: 'Closed',
}

export interface StatusPanel {
  readonly element: HTMLElement
  /** Events acknowledged since the page was opened. */
  readonly ackedEvents: number
  update(state: PlayerState): void
}

export function statusPanel(client: Client): StatusPanel {
  const line = (label: string, kind = '') => ({
    name: element('dt', { class: kind, text: label }),
    value: element('dd', { class: kind, text: '–' }),
  })
  const connection = line('Connection', 'connection')
  const session = line('Session', 'long code')
  const roundTrip = line('Round trip')
  const bitrate = line('Bitrate heard')
  const buffered = line('Buffered')
  const acked = line('Events acknowledged')
  const last = line('Last acknowledged', 'long')
  const lines = [connection, session, roundTrip, bitrate, buffered, acked, last]
  let ackedEvents = 0

  const sayState = (state: ClientState, reason?: string) => {
    connection.value.textContent = STATE_TEXT[state] + (reason === undefined ? '' : `: ${reason}`)
    connection.value.dataset.state = state
  }
  sayState(client.state)
  client.on('state', ({ state, reason }) => sayState(state, reason))
  client.on('ready', (ready) => {
    session.value.textContent = ready.session_id
  })
  client.on('rtt', (ms) => {
    roundTrip.value.textContent = millisecondsText(ms)
  })
  client.on('acked', ({ events, pending }) => {
    ackedEvents += events.length
    acked.value.textContent = countText(ackedEvents) + (pending === 0 ? '' : `, ${countText(pending)} under way`)
    const event = events.at(-1)
    if (event !== undefined) last.value.replaceChildren(...eventText(event))
  })

  return {
    element: element(
      'section',
      { class: 'panel status', attributes: { 'aria-labelledby': 'status-title' } },
      element('h2', { class: 'panel-title', text: 'Connection', attributes: { id: 'status-title' } }),
      element('dl', {}, ...lines.flatMap(({ name, value }) => [name, value])),
    ),
    get ackedEvents() {
      return ackedEvents
    },
    update(state) {
      bitrate.value.textContent = state.heardBitrate === undefined ? '–' : `${state.heardBitrate} kbps`
      buffered.value.textContent = state.track === undefined ? '–' : `${(state.bufferMs / 1_000).toFixed(1)} s`
    },
  }
}

function eventText(event: TelemetryEvent): Node[] {
  const time = new Date(event.at_ms)
  return [
    element('span', { class: 'event-kind', text: event.kind }),
    element('time', { text: ` at ${time.toLocaleTimeString('en-GB')}`, attributes: { datetime: time.toISOString() } }),
    element('span', { class: 'code', text: event.id }),
  ]
}
