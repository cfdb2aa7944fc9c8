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
  /** Beside those of the stack. */
  readonly env?: Readonly<Record<string, string>>
  /** Of Node. */
  readonly flags?: readonly string[]
}

/** What the floor says; as much as Segue said. */
export interface FloorSizes {
  readonly greetingBytes: number
  readonly answerBytes: number
}

/** Starts a gateway on `port` and resolves when it is ready. */
export function startGateway(start: ContenderStart): Promise<Contender> {
  return begin(start, {
    ...gatewayApp,
    async launch({ env }) {
      const own = { ...env, ...start.env }
      return pinned(await bundledProgram('gateway/main.ts', own, [...GATEWAY_FLAGS, ...nodeFlags(start)]), start.core)
    },
  })
}

function nodeFlags({ profileFolder, flags = [] }: ContenderStart): readonly string[] {
  return profileFolder === undefined ? flags : [...flags, '--cpu-prof', '--cpu-prof-dir', profileFolder]
}

/** Any program of this project that listens on the port it is told by its first word. */
export function startPeer(
  start: ContenderStart,
  { title, program, words = [] }: { title: string; program: string; words?: readonly string[] },
): Promise<Contender> {
  return startOther(start, title, async ({ env }) => {
    const { args, ...launch } = await bundledProgram(program, { ...env, ...start.env }, nodeFlags(start))
    return { ...launch, args: [...args, String(start.port), ...words] }
  })
}

/** Whatever listens on its port when it is ready. */
export function startOther(start: ContenderStart, title: string, launch: PartDefinition['launch']): Promise<Contender> {
  return begin(start, {
    ...gatewayApp,
    title,
    launch: async (context) => pinned(await launch(context), start.core),
    async probe() {
      if (!(await isListening(start.port))) throw new Error('it does not listen')
    },
  })
}

export function startFloor(start: ContenderStart, { greetingBytes, answerBytes }: FloorSizes): Promise<Contender> {
  return startOther(start, 'Raw uWebSockets.js', async () => {
    const program = nodeProgram('load-tests/storms/floor/main.ts', {})
    return { ...program, args: [...program.args, ...[start.port, greetingBytes, answerBytes].map(String)] }
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
