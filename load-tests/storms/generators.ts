/** Owns the generator processes as the bench holds them: orders to all of them at once, and what they answer in one. */

import { nodeProgram } from '../../infra/stack/node-program.ts'
import { startToldProcess, type ToldProcess } from '../told-process.ts'
import type { Account, Answer, GeneratorLoad, Order, Presence, Raise } from './orders.ts'
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

interface Process extends ToldProcess<Order, Answer> {
  present: number
}

/** @param core the processor they are bound to, if any. */
export function startGenerators(howMany: number, core: number | undefined): Generators {
  const processes = Array.from({ length: howMany }, () => startProcess(core))
  const all = (order: Order) => Promise.all(processes.map((process) => process.ask(order)))
  return {
    pids: processes.map(({ pid }) => pid),
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
      await Promise.all(processes.map((process) => process.stop()))
    },
  }
}

function startProcess(core: number | undefined): Process {
  const launch = pinned(nodeProgram('load-tests/storms/generator/main.ts', {}), core)
  const told = startToldProcess<Order, Answer, Presence>(launch, (word) => {
    process.present = word.present
  })
  const process: Process = {
    ...told,
    present: 0,
    async ask(order) {
      const answer = await told.ask(order)
      process.present = answer.present
      return answer
    },
  }
  return process
}
