/** Owns the generator processes as the bench holds them: orders to all of them at once, and what they answer in one. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import type { Account, Answer, FromGenerator, GeneratorLoad, Order, Raise, ToGenerator } from './orders.ts'
import { pinned } from './pin.ts'
import { sum, type Tally } from './tally.ts'

export interface Measured {
  readonly present: number
  readonly tally: Tally
  /** Of the generator that was later. */
  readonly load: GeneratorLoad
}

export interface Generators {
  readonly pids: readonly number[]
  readonly present: number
  raise(
    common: Omit<Raise, 'generator' | 'clients' | 'accounts'>,
    clients: number,
    accounts: readonly Account[],
  ): Promise<void>
  order(order: Exclude<Order, { do: 'raise' }>): Promise<readonly Answer[]>
  /** What was counted since the last time. */
  measured(): Promise<Measured>
  stop(): Promise<void>
}

interface Process {
  readonly child: ChildProcess
  present: number
  ask(order: Order): Promise<Answer>
}

/** @param core the processor they are bound to, if any. */
export function startGenerators(howMany: number, core: number | undefined): Generators {
  const processes = Array.from({ length: howMany }, () => startProcess(core))
  const all = (order: Order) => Promise.all(processes.map((process) => process.ask(order)))
  return {
    pids: processes.flatMap(({ child }) => child.pid ?? []),
    get present() {
      return processes.reduce((total, { present }) => total + present, 0)
    },
    async raise(common, clients, accounts) {
      const share = Math.ceil(clients / processes.length)
      const shares = processes.map((_, generator) => ({
        ...common,
        generator,
        clients: Math.min(share, clients - generator * share),
        accounts: accounts.slice(generator * share, (generator + 1) * share),
      }))
      await Promise.all(processes.map((process, i) => process.ask({ do: 'raise', ...(shares[i] as Raise) })))
    },
    order: all,
    async measured() {
      const answers = await all({ do: 'tally' })
      return {
        present: answers.reduce((total, { present }) => total + present, 0),
        tally: sum(answers.flatMap(({ tally }) => tally ?? [])),
        load: {
          loopDelayP99Ms: Math.max(...answers.map(({ load }) => load?.loopDelayP99Ms ?? 0)),
          loopDelayMaxMs: Math.max(...answers.map(({ load }) => load?.loopDelayMaxMs ?? 0)),
        },
      }
    },
    async stop() {
      await Promise.all(
        processes.map(async ({ child }) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const gone = once(child, 'exit')
          // Without its channel a generator ends.
          child.disconnect()
          await gone
        }),
      )
    },
  }
}

function startProcess(core: number | undefined): Process {
  const { command, args, env } = pinned(nodeProgram('load-tests/storms/generator/main.ts', {}), core)
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let nextId = 1
  const process: Process = {
    child,
    present: 0,
    ask(order) {
      const id = nextId++
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        child.send({ id, order } satisfies ToGenerator)
      })
    },
  }
  child.on('message', (message: FromGenerator) => {
    if ('id' in message) {
      if ('answer' in message) {
        process.present = message.answer.present
        waiting.get(message.id)?.resolve(message.answer)
      } else waiting.get(message.id)?.reject(new Error(`a generator failed: ${message.failed}`))
      waiting.delete(message.id)
    } else process.present = message.present
  })
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  child.once('error', fail)
  child.once('exit', (code, signal) => fail(new Error(`a generator ended with ${code ?? signal}`)))
  return process
}
