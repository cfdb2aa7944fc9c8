import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AnswerBound, type Awaited } from './answer-bound.ts'

const OPTIONS = { turnMs: 100, answerTurns: 3, silenceTurns: 8 }

class Command implements Awaited {
  isSettled = false
  error: Error | undefined
  answer() {
    this.isSettled = true
  }
  reject = (error: Error) => {
    this.error = error
  }
}

let silences = 0
let bound: AnswerBound
const add = () => {
  const command = new Command()
  bound.add(command)
  return command
}

beforeEach(() => {
  vi.useFakeTimers()
  silences = 0
  bound = new AnswerBound({
    ...OPTIONS,
    onSilence() {
      silences += 1
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the bound on an answer of Redis', () => {
  test('lets an answer in time be, and ends the timer with the last one', () => {
    const [first, second] = [add(), add()]
    first.answer()
    vi.advanceTimersByTime(200)
    second.answer()
    vi.advanceTimersByTime(200)
    expect([first.error, second.error]).toEqual([undefined, undefined])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('fails what is not answered within its turns, each by when it was sent, and says how long that was', () => {
    const first = add()
    vi.advanceTimersByTime(200)
    const second = add()
    vi.advanceTimersByTime(200)
    expect(first.error?.message).toBe('Command timed out: Redis did not answer within 300 ms')
    expect(second.error).toBeUndefined()
    vi.advanceTimersByTime(200)
    expect(second.error).toBeDefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('counts a standstill of the process as one turn', () => {
    vi.useRealTimers()
    const slow = new AnswerBound({ ...OPTIONS, turnMs: 20, onSilence: () => {} })
    const command = new Command()
    slow.add(command)
    const until = performance.now() + 300
    while (performance.now() < until);
    return new Promise<void>((resolve) =>
      setTimeout(() => {
        expect(command.error).toBeUndefined()
        command.answer()
        resolve()
      }, 30),
    )
  })

  test('tells of a silence, again after as long, and of none while anything is answered', () => {
    const every = (done: boolean) => {
      const command = add()
      vi.advanceTimersByTime(100)
      if (done) command.answer()
    }
    for (let turn = 0; turn < 20; turn += 1) every(turn % 5 === 0)
    expect(silences).toBe(0)
    for (let turn = 0; turn < 18; turn += 1) every(false)
    expect(silences).toBe(2)
  })

  test('holds on to nothing that is done, of very many', () => {
    const commands = Array.from({ length: 5_000 }, add)
    for (const command of commands.slice(0, 4_999)) command.answer()
    add().answer()
    vi.advanceTimersByTime(400)
    expect(commands.filter(({ error }) => error !== undefined)).toEqual([commands.at(-1)])
    expect(vi.getTimerCount()).toBe(0)
  })
})
