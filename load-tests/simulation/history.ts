/** Owns the history of one client that is kept for people, when a seed is replayed. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { World } from './world.ts'

const MOST_CHARACTERS = 300
/** Said at length, and known otherwise. */
const LEFT_OUT: ReadonlySet<string> = new Set(['track', 'tracks', 'token', 'events'])

export class History {
  readonly #world: World
  readonly #of: string | undefined
  readonly lines: string[] = []

  /** @param of the client; undefined: nobody's is kept */
  constructor(world: World, of: string | undefined) {
    this.#world = world
    this.#of = of
  }

  /** Whether what happens to `client` is kept: asked where it costs something to say it. */
  isOf(client: string): boolean {
    return this.#of !== undefined && this.#of === client
  }

  /** @param about a client, or '' for what befalls everybody */
  note(who: string, about: string, text: string): void {
    if (!this.isOf(about) && (about !== '' || this.#of === undefined)) return
    this.lines.push(`${new Date(this.#world.nowMs).toISOString().slice(11, 23)} ${who} ${about} ${text}`)
  }

  message(gateway: string, client: string, sign: '<' | '>', { type, ...rest }: UpMessage | DownMessage): void {
    if (!this.isOf(client)) return
    const text = JSON.stringify(rest, (name, value) => (LEFT_OUT.has(name) ? undefined : value))
    this.note(gateway, client, `${sign} ${type} ${text.slice(0, MOST_CHARACTERS)}`)
  }
}
