/** Owns virtual time: a heap of things to happen, each in the hands of an actor that may be frozen or dead. Single-threaded, and the same for a seed. */

import { pick, seededRandom } from '../../infra/demo/seeded-random.ts'

/** A process or device of its own: its clock may be wrong, it may stand still, it may die. */
export class Actor {
  readonly name: string
  /** How far its system clock is ahead of true time. */
  clockAheadMs = 0
  alive = true
  /** What came due while it stood still; undefined: it runs. */
  frozen: Task[] | undefined

  constructor(name: string) {
    this.name = name
  }
}

/** Something that will happen, unless it is cancelled or its actor dies. */
export class Task {
  readonly atMs: number
  readonly order: number
  readonly actor: Actor
  readonly run: () => void
  cancelled = false

  constructor(atMs: number, order: number, actor: Actor, run: () => void) {
    this.atMs = atMs
    this.order = order
    this.actor = actor
    this.run = run
  }

  cancel(): void {
    this.cancelled = true
  }
}

/** Noon of a day, in true time: where every run begins. */
export const EPOCH_MS = Date.UTC(2026, 0, 1, 12)
/** Tasks between two looks at the real event loop. Between any two, promises run to their end. */
const TASKS_A_TURN = 512

export class World {
  readonly seed: number
  readonly random: () => number
  /** The world itself: faults, ends, whatever has no process. */
  readonly nature = new Actor('nature')
  nowMs = EPOCH_MS
  actor: Actor = this.nature
  tasksDone = 0
  /** A hash of what happened, in order: the same for the same seed. */
  historyHash = 0x811c9dc5
  readonly #heap: Task[] = []
  #order = 0

  constructor(seed: number) {
    this.seed = seed
    this.random = seededRandom(seed)
  }

  after(delayMs: number, actor: Actor, run: () => void): Task {
    this.#order += 1
    const task = new Task(this.nowMs + Math.max(0, delayMs), this.#order, actor, run)
    this.#push(task)
    return task
  }

  wait(delayMs: number, actor: Actor): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, actor, resolve)
    })
  }

  chance(probability: number): boolean {
    return this.random() < probability
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least)
  }

  /** A random length of time with this mean: most are shorter, a few much longer. */
  around(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs
  }

  pick<T>(items: readonly T[]): T {
    return pick(this.random, items)
  }

  note(text: string): void {
    let hash = this.historyHash
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    this.historyHash = Math.imul(hash ^ (this.nowMs & 0xffffff), 0x01000193) >>> 0
  }

  freeze(actor: Actor): void {
    actor.frozen ??= []
  }

  thaw(actor: Actor): void {
    const due = actor.frozen ?? []
    actor.frozen = undefined
    for (const task of due) {
      this.after(0, actor, () => {
        if (!task.cancelled) task.run()
      })
    }
  }

  kill(actor: Actor): void {
    actor.alive = false
    actor.frozen = undefined
  }

  /**
   * Lets time pass until `untilMs`. `enter` and `leave` stand around every turn of the real event loop: what the code
   * under test takes for the clock is the world's only in between.
   */
  run(untilMs: number, enter: () => void, leave: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false
      let failure: unknown
      // Node runs all promises to their end between two immediates of one turn.
      const step = () => {
        if (over) return
        try {
          over = !this.#next(untilMs)
        } catch (error) {
          failure = error
          over = true
        }
      }
      const turn = () => {
        enter()
        for (let i = 0; i < TASKS_A_TURN; i++) realImmediate(step)
        realImmediate(() => {
          leave()
          if (!over) realImmediate(turn)
          else if (failure !== undefined) reject(failure)
          else {
            this.nowMs = Math.max(this.nowMs, untilMs)
            resolve()
          }
        })
      }
      // What is under way when this is called ends first.
      realImmediate(turn)
    })
  }

  #next(untilMs: number): boolean {
    for (;;) {
      const task = this.#heap[0]
      if (task === undefined || task.atMs > untilMs) return false
      this.#pop()
      if (task.cancelled || !task.actor.alive) continue
      this.nowMs = Math.max(this.nowMs, task.atMs)
      if (task.actor.frozen !== undefined) {
        task.actor.frozen.push(task)
        continue
      }
      this.actor = task.actor
      this.tasksDone += 1
      task.run()
      return true
    }
  }

  #push(task: Task): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(task)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up] as Task
      if (isBefore(parent, task)) break
      heap[at] = parent
      at = up
    }
    heap[at] = task
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Task
    const size = heap.length
    if (size === 0) return
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= size) break
      if (down + 1 < size && isBefore(heap[down + 1] as Task, heap[down] as Task)) down += 1
      const child = heap[down] as Task
      if (isBefore(last, child)) break
      heap[at] = child
      at = down
    }
    heap[at] = last
  }
}

const realImmediate = setImmediate

function isBefore(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
