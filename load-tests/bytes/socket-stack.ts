/** Owns the stack that the socket run of the command has for itself. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../gateway/testing/gateway-process.ts'
import { startKeyServer } from '../../infra/issuer/key-server.ts'
import { cacheFolder } from '../../infra/stack/folders.ts'
import { freePorts } from '../../infra/stack/ports.ts'
import type { Screen } from '../../infra/stack/screen.ts'
import { startStack } from '../../infra/stack/stack.ts'
import { mib } from './memory.ts'
import { type SocketRun, socketRun, WIDE_OPEN } from './socket-run.ts'

export interface OwnStackOptions {
  readonly frames: number
  readonly seed: number
  readonly screen: Screen
  readonly signal: AbortSignal
}

export async function socketRunOnOwnStack({ frames, seed, screen, signal }: OwnStackOptions) {
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-bytes-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })]
  try {
    const stack = await startStack({
      ...{ dataDir, cacheDir: cacheFolder(process.env), ports: await freePorts(), parts: 'servers' },
      ...{ source: { SEGUE_LOG_LEVEL: 'warn' }, onDeath: () => undefined, screen, signal },
    })
    undo.push(() => stack.stop())
    const keys = await startKeyServer()
    undo.push(() => keys.stop())
    const gateway = await startGateway({
      ...{ ...stack.env, ...WIDE_OPEN, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl },
      SEGUE_LOG_LEVEL: 'warn',
    })
    undo.push(() => gateway.stop())
    const step = screen.step('frames over sockets')
    const run = await socketRun({
      ...{ http: gateway.http, ws: gateway.ws, token: () => keys.token(), frames, seed, signal },
      progress: (done) => step.note(`${done.toLocaleString('en')} of ${frames.toLocaleString('en')}`),
    })
    step.done(`${frames.toLocaleString('en')}, ${Math.round(frames / run.seconds).toLocaleString('en')} a second`)
    return { lines: linesOf(run), problems: run.problems }
  } finally {
    for (const act of undo.reverse()) await act()
  }
}

function linesOf({ outcomes, served, rssBytes }: SocketRun): string[] {
  return [
    ...outcomes.lines(),
    `gateway: ${mib(rssBytes.before)} before, ${mib(rssBytes.after)} after`,
    `the well-behaved player: ${served.acked} events acknowledged, slowest answer ${served.slowestMs} ms`,
  ]
}
