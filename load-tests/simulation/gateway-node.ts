/** Owns one gateway of the fleet: the real one from its sockets to its ports, over the models of what lies behind those. */

import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js'
import { BlockList } from 'node:net'
import { createClientAddress } from '../../gateway/client-address.ts'
import type { Connection } from '../../gateway/connection.ts'
import type { Context } from '../../gateway/context.ts'
import { drain } from '../../gateway/drain.ts'
import { createWatch } from '../../gateway/monitor.ts'
import { createPageOrigins } from '../../gateway/page-origin.ts'
import { addSocketRoute, type Seated } from '../../gateway/socket-server.ts'
import { decodeDown, encodeMessage } from '../../protocol/codec.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { RESUMING } from '../../protocol/version.ts'
import { type ContextParts, createContext } from './gateway-context.ts'
import type { Line } from './network.ts'
import type { Actor, World } from './world.ts'

/** What the checker sees of a gateway. */
export interface GatewayWitness {
  heard(gateway: GatewayNode, line: Line, message: UpMessage): void
  said(gateway: GatewayNode, line: Line, message: DownMessage): void
  /** It has signed these addresses, and whoever goes on with the session knows of it: whether they reach the client or not. */
  granted(grant: Grant): void
  died(gateway: GatewayNode): void
  defect(gateway: GatewayNode, what: string): void
}

export interface GatewayParts extends ContextParts {
  readonly other: (id: string) => GatewayNode | undefined
  readonly witness: GatewayWitness
  readonly alterUp: ((message: UpMessage, open: string | undefined) => UpMessage) | undefined
  readonly alterDown: ((message: DownMessage) => readonly DownMessage[]) | undefined
}

const DRAIN_WITHIN_MS = 10_000
const FULL: null = null
/** One address for all: what the room of a gateway does by address is not in the fleet. */
const LOOPBACK = Uint8Array.of(127, 0, 0, 1).buffer

interface SocketData {
  readonly line: Line
  ended: boolean
}

export class GatewayNode {
  readonly id: string
  readonly actor: Actor
  readonly context: Context
  readonly #world: World
  readonly #witness: GatewayWitness
  readonly #behavior: WebSocketBehavior<Seated>
  readonly #lines = new Set<Line>()
  readonly partRedis: (parted: boolean) => void
  readonly #alterUp: GatewayParts['alterUp']
  readonly #alterDown: GatewayParts['alterDown']
  leaving = false

  constructor(parts: GatewayParts) {
    const { world, actor, id, profile, witness } = parts
    this.#alterUp = parts.alterUp
    this.#alterDown = parts.alterDown
    this.id = id
    this.actor = actor
    this.#world = world
    this.#witness = witness
    const { context, partRedis, dependencies } = createContext({
      ...parts,
      defect: (what) => witness.defect(this, what),
      granted: (grant) => witness.granted(grant),
    })
    this.context = context
    this.partRedis = partRedis
    this.#behavior = behaviorOf(this.context, () => this.leaving)
    // Its timers are the gateway's own, whoever starts it.
    const before = world.actor
    world.actor = actor
    const { signal } = new AbortController()
    for (const part of dependencies) void part.start(signal)
    const watch = createWatch(this.context, profile.sweepEveryMs)
    watch.rest()
    setInterval(watch.sweep, profile.sweepEveryMs)
    world.actor = before
  }

  get lines(): ReadonlySet<Line> {
    return this.#lines
  }

  /** A client's line arrives. False: refused, as the gateway is leaving or full. */
  accept(line: Line): boolean {
    let connection: Connection | undefined
    const req = {
      getHeader: (name: string) => (name === 'sec-websocket-protocol' ? 'segue.v1.msgpack' : ''),
      getQuery: (name: string) => (name === RESUMING && line.resumes ? '' : undefined),
    }
    const res = {
      upgrade: (data: Seated) => {
        connection = data.connection
      },
      writeStatus: () => res,
      writeHeader: () => res,
      end: () => res,
      getRemoteAddress: () => LOOPBACK,
    }
    this.#behavior.upgrade?.(
      res as unknown as HttpResponse,
      req as unknown as HttpRequest,
      FULL as unknown as us_socket_context_t,
    )
    if (connection === undefined) return false
    const connected = connection
    const socket = this.#socketOf(line, connection)
    this.#lines.add(line)
    line.gatewayEnd = {
      message: (bytes, message) => {
        this.#witness.heard(this, line, message)
        const altered = this.#alterUp?.(message, openStreamOf(connected))
        const heard = altered === undefined ? bytes : encodeMessage(altered, 'msgpack')
        if (typeof heard === 'string') throw new Error('a client of the simulation speaks MessagePack')
        const frame = heard.buffer.slice(heard.byteOffset, heard.byteOffset + heard.byteLength) as ArrayBuffer
        void this.#behavior.message?.(socket, frame, true)
      },
      closed: (code) => {
        this.#lines.delete(line)
        void this.#behavior.close?.(socket, code, new ArrayBuffer(0))
      },
    }
    void this.#behavior.open?.(socket)
    return true
  }

  #socketOf(line: Line, connection: Connection): WebSocket<Seated> {
    const data: SocketData = { line, ended: false }
    const socket = {
      // As uWebSockets.js makes what it was given at the upgrade properties of its socket.
      connection,
      cork: (work: () => void) => work(),
      getBufferedAmount: () => line.unreadBytes,
      send: (bytes: Uint8Array) => {
        const message = decodeDown(bytes, 'msgpack')
        if (message === undefined) throw new Error('the gateway sent what nobody can read')
        for (const altered of this.#alterDown?.(message) ?? [message]) {
          this.#witness.said(this, line, altered)
          line.down(bytes, altered)
        }
        // What uWebSockets.js answers: handed on, or kept until the client reads.
        return line.unreadBytes > 0 ? 0 : 1
      },
      // As uWebSockets.js does it: the handler of `close` runs before `end` returns.
      end: (code: number) => {
        if (data.ended) return
        data.ended = true
        line.end(code)
        this.#lines.delete(line)
        void this.#behavior.close?.(socket as unknown as WebSocket<Seated>, code, new ArrayBuffer(0))
      },
    }
    return socket as unknown as WebSocket<Seated>
  }

  /** SIGKILL. `answered`: the machine lives and resets the lines; else they fall silent. */
  kill(answered: boolean): void {
    this.#world.kill(this.actor)
    this.#witness.died(this)
    for (const line of this.#lines) {
      if (answered) line.reset()
      else line.silence()
    }
    this.#lines.clear()
  }

  /** SIGTERM: moves its players away, then ends. */
  leave(gone: () => void): void {
    this.leaving = true
    const { actor, context } = this
    this.#world.after(0, actor, () => {
      const stop = async () => {
        await drain(context, Date.now() + DRAIN_WITHIN_MS)
        await context.keeper.flush()
        await context.playbackLog.flush()
        await context.keeper.flush()
        this.kill(true)
        gone()
      }
      void stop()
    })
  }
}

function openStreamOf({ state }: Connection): string | undefined {
  if (state.at !== 'ready' || state.held.session.state.at === 'idle') return undefined
  return state.held.session.state.stream.streamId
}

/** The handlers that the real gateway gives to uWebSockets.js. */
function behaviorOf(context: Context, leaving: () => boolean): WebSocketBehavior<Seated> {
  let behavior: WebSocketBehavior<Seated> | undefined
  const app = {
    ws: (_path: string, handlers: WebSocketBehavior<Seated>) => {
      behavior = handlers
    },
  }
  addSocketRoute(
    app as unknown as TemplatedApp,
    context,
    leaving,
    createClientAddress(new BlockList()),
    createPageOrigins([]),
  )
  if (behavior === undefined) throw new Error('the gateway has no socket route')
  return behavior
}
