/** Owns what the storms come over: a gateway, or the bare server of the floor; started, killed, stopped. */

import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { GATEWAY_FLAGS, gatewayApp } from '../../infra/stack/apps.ts'
import { bundledProgram } from '../../infra/stack/bundled-program.ts'
import type { Child } from '../../infra/stack/child.ts'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import type { PartDefinition, StartContext } from '../../infra/stack/part.ts'
import { HOST } from '../../infra/stack/ports.ts'
import { startPart } from '../../infra/stack/start-part.ts'
import { pinned } from './pin.ts'

export interface Contender {
  readonly pid: number
  readonly port: number
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface ContenderStart {
  readonly port: number
  readonly context: StartContext
  readonly logFolder: string
  readonly signal: AbortSignal
  readonly core: number | undefined
  /** Where to leave a processor profile when it stops. */
  readonly profileFolder: string | undefined
}

/** What the floor says; as much as Segue said. */
export interface FloorSizes {
  readonly greetingBytes: number
  readonly answerBytes: number
}

/** Starts a gateway on `port` and resolves when it is ready. */
export function startGateway(start: ContenderStart): Promise<Contender> {
  const profile = start.profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', start.profileFolder]
  return begin(start, {
    ...gatewayApp,
    async launch({ env }) {
      return pinned(await bundledProgram('gateway/main.ts', env, [...GATEWAY_FLAGS, ...profile]), start.core)
    },
  })
}

export function startFloor(start: ContenderStart, { greetingBytes, answerBytes }: FloorSizes): Promise<Contender> {
  return begin(start, {
    ...gatewayApp,
    title: 'Raw uWebSockets.js',
    async launch() {
      const program = nodeProgram('load-tests/storms/floor/main.ts', {})
      const words = [start.port, greetingBytes, answerBytes].map(String)
      return pinned({ ...program, args: [...program.args, ...words] }, start.core)
    },
    async probe() {
      if (!(await isListening(start.port))) throw new Error('it does not listen')
    },
  })
}

async function begin(start: ContenderStart, definition: PartDefinition): Promise<Contender> {
  const { port, context, signal, logFolder } = start
  const child: Child = await startPart({
    definition,
    context: {
      ...context,
      ports: { ...context.ports, gateway: port },
      env: { ...context.env, SEGUE_GATEWAY_PORT: String(port) },
    },
    logFile: join(logFolder, `${definition.title.split(' ')[0]}-${port}.log`),
    signal,
    onSpawn: async () => undefined,
  })
  return {
    pid: child.pid,
    port,
    async kill() {
      child.signal('SIGKILL')
      await child.exited
    },
    stop: () => child.stop('SIGTERM', definition.stopWithinMs),
  }
}

const ASK_EVERY_MS = 5

/** Resolves as soon as somebody takes connections on `port`. */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  while (!(await isListening(port))) await wait(ASK_EVERY_MS, undefined, { signal })
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port })
    socket.once('connect', () => {
      socket.resetAndDestroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
