/** Owns which news of the client the listener is told in a sentence. */

import type { Client } from '../../../protocol/client/index.ts'
import { calledOf } from './device-list.ts'
import { playerErrorText } from './player-error.ts'

/** Refusals of a message that crossed with a change of stream: nothing that a listener could act on. */
const CROSSED = new Set(['no_stream', 'wrong_stream', 'stale_fence'])

/** @param sayAloud what the page shows already, for a screen reader */
export function tellOf(
  client: Client,
  ownId: string,
  say: (sentence: string) => void,
  sayAloud: (sentence: string) => void,
): void {
  client.on('error', (error) => {
    if (!CROSSED.has(error.name)) say(playerErrorText(new Error(error.message)))
  })
  client.on('store_failed', () => say('What you hear is not kept over a reload of this page.'))
  client.on('dropped', ({ events, reason }) => say(`${events.length} events were not taken: ${reason}`))
  client.on('state', ({ state, reason }) => {
    if (state === 'failed') say(`The connection is over: ${reason ?? 'no reason was given'}. Reload the page.`)
  })
  client.on('playback', ({ status, reason, by }) => {
    if (status !== 'stopped') {
      sayAloud('')
      return
    }
    if (reason === 'completed') say('That was the last track. Pick another.')
    if (reason === 'failed') say('What played could not go on. Pick it again.')
    if (reason !== 'evicted') return
    const called = by === undefined ? 'another device' : calledOf(by, by.device_id === ownId)
    sayAloud(`Now playing on ${called}. This page is silent.`)
  })
}
