/** Owns the watch over what a client hears: each number once and in order, one answer a request, about the stream that it named. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { ErrorMessage } from '../../protocol/messages/error.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import type { InvariantId } from './invariants.ts'
import { wrongStream } from './naming-check.ts'
import type { SimClient } from './sim-client.ts'

export class AnswerWatch {
  readonly #violate: (invariant: InvariantId, about: string, text: string) => void
  /** By session. */
  readonly #answered = new Map<string, Set<number>>()

  constructor(violate: (invariant: InvariantId, about: string, text: string) => void) {
    this.#violate = violate
  }

  got(client: SimClient, message: DownMessage): void {
    switch (message.type) {
      case 'playback': {
        this.#inOrder(client, message.seq)
        if (message.re === undefined) return
        this.#answers(client, message.re)
        const request = client.requests.get(message.re)
        const wrong = request && wrongStream(request, message, client.playhead?.streamId)
        if (wrong !== undefined) this.#violate('I22', client.name, wrong)
        return
      }
      case 'done':
        this.#inOrder(client, message.seq)
        this.#answers(client, message.re)
        return
      case 'error':
        this.#refused(client, message)
        return
      case 'grant':
        this.#granted(client, message)
        return
    }
  }

  #refused(client: SimClient, { seq, name, batch, retriable, message }: ErrorMessage): void {
    if (seq !== undefined) this.#inOrder(client, seq)
    if (name === 'internal') this.#violate('I15', client.name, 'an internal error was answered')
    if (batch !== undefined && !retriable) {
      this.#violate('I15', client.name, `a batch was refused for good: ${message}`)
    }
  }

  #granted({ requests, status, playhead, name }: SimClient, { stream_id }: Grant): void {
    const begins = [...requests.values()].some(({ type }) => type === 'play' || type === 'next')
    const open = status === 'playing' && playhead?.streamId === stream_id
    if (!open && !begins) this.#violate('I12', name, `${stream_id} is ${status} and was granted chunks`)
  }

  #inOrder({ lastSeq, name, sessionId }: SimClient, seq: number): void {
    if (seq <= lastSeq) this.#violate('I2', name, `message ${seq} of ${sessionId} came again, after ${lastSeq}`)
    else if (seq > lastSeq + 1) this.#violate('I1', name, `message ${seq} of ${sessionId} came after ${lastSeq}`)
  }

  #answers({ name, sessionId }: SimClient, re: number): void {
    const answered = this.#answered.get(sessionId) ?? new Set()
    this.#answered.set(sessionId, answered)
    if (answered.has(re)) this.#violate('I3', name, `request ${re} of ${sessionId} was answered twice`)
    answered.add(re)
  }
}
