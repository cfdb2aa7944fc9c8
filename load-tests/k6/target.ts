/** Owns what a run is aimed at: gateways that are there already, or servers of its own that end with it. */

import { readFile } from 'node:fs/promises'
import { StackProblem } from '../../infra/stack/problem.ts'
import type { Screen } from '../../infra/stack/screen.ts'
import type { Contender } from '../storms/contender.ts'
import { openYard } from '../storms/yard.ts'

export interface Target {
  readonly urls: readonly string[]
  /** One for each client. */
  readonly tokens: readonly string[]
  /** Asks the first gateway to leave, and starts it again when it is gone; undefined where that is not ours to do. */
  readonly deploy: (() => Promise<void>) | undefined
  /** Processes of the gateways that are ours. */
  pids(): readonly number[]
  close(): Promise<void>
}

/** @param tokensFile an access token a line */
export async function givenTarget(urls: readonly string[], tokensFile: string, clients: number): Promise<Target> {
  const text = await readFile(tokensFile, 'utf8').catch((error: Error) => {
    throw new StackProblem(`the tokens cannot be read: ${error.message}`, error)
  })
  const tokens = text.split('\n').flatMap((line) => line.trim() || [])
  if (tokens.length < clients) {
    throw new StackProblem(
      `${tokensFile} holds ${tokens.length} tokens for ${clients} clients: put one a line there for each, of accounts of their own, or set --clients lower`,
    )
  }
  return { urls, tokens, deploy: undefined, pids: () => [], close: async () => undefined }
}

export async function ownTarget(
  gateways: number,
  clients: number,
  screen: Screen,
  signal: AbortSignal,
): Promise<Target> {
  const yard = await openYard({ generators: 0, pin: false, profileFolder: undefined, screen, signal })
  const running: Contender[] = []
  const close = async () => {
    await Promise.all(running.map((gateway) => gateway.stop()))
    await yard.close()
  }
  try {
    for (let n = 0; n < gateways; n += 1) running.push(await yard.gateway())
    const accounts = await yard.accounts(clients)
    return {
      urls: running.map(({ port }) => `ws://127.0.0.1:${port}/ws`),
      tokens: accounts.map(({ token }) => token),
      async deploy() {
        const [first] = running
        if (first === undefined) return
        await first.stop()
        running[0] = await yard.gateway(first.port)
      },
      pids: () => running.map(({ pid }) => pid),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
