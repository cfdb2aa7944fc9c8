/** Owns a process that does what it is told: one order, one answer, over the channel between the two. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Launch } from '../infra/stack/part.ts'

export type ToProcess<Order> = { readonly id: number; readonly order: Order }
export type FromProcess<Answer, Word> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failed: string }
  | Word

export interface ToldProcess<Order, Answer> {
  readonly pid: number
  /** Rejects when it could not be done, or the process is gone. */
  ask(order: Order): Promise<Answer>
  stop(): Promise<void>
}

/** @param hear what it says unasked. */
export function startToldProcess<Order, Answer, Word extends object>(
  { command, args, env }: Launch,
  hear: (word: Word) => void,
): ToldProcess<Order, Answer> {
  const child: ChildProcess = spawn(command, [...args], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let nextId = 1
  child.on('message', (message: FromProcess<Answer, Word>) => {
    if (!('id' in message)) {
      hear(message)
      return
    }
    if ('answer' in message) waiting.get(message.id)?.resolve(message.answer)
    else waiting.get(message.id)?.reject(new Error(`a generator failed: ${message.failed}`))
    waiting.delete(message.id)
  })
  let gone: Error | undefined
  const fail = (error: Error) => {
    gone = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  child.once('error', fail)
  child.once('exit', (code, signal) => fail(new Error(`a generator ended with ${code ?? signal}`)))
  return {
    pid: child.pid ?? 0,
    ask(order) {
      const id = nextId++
      return new Promise((resolve, reject) => {
        if (gone !== undefined) {
          reject(gone)
          return
        }
        waiting.set(id, { resolve, reject })
        child.send({ id, order } satisfies ToProcess<Order>)
      })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      // Without its channel it ends.
      child.disconnect()
      await ended
    },
  }
}

/** In the process that is told: does what it hears, and ends with whoever started it. @returns how to say something unasked. */
export function takeOrders<Order, Answer, Word extends object>(
  obey: (order: Order) => Promise<Answer>,
): (word: Word) => void {
  const say = (message: FromProcess<Answer, Word>) => {
    // Nobody reads any more: the bench has let go, or is dead.
    process.send?.(message, (error: Error | null) => {
      if (error !== null) process.exit(0)
    })
  }
  process.on('message', ({ id, order }: ToProcess<Order>) => {
    obey(order).then(
      (answer) => say({ id, answer }),
      (error: unknown) => say({ id, failed: String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole terminal: the bench says when it is over.
  process.on('SIGINT', () => undefined)
  return say
}
