/** Owns what is known of a running stack: told by it what becomes of each part, it asks each whether it is well, and adds up. */

import { inDataFolder } from '../folders.ts'
import { heldBy, MEMORY } from '../memory.ts'
import type { PartName } from '../part.ts'
import { PARTS, SERVER_NAMES } from '../servers.ts'
import type { StackPlan, StackWatch } from '../watch.ts'
import { type Address, PAGES_OF } from './addresses.ts'
import { memoryUsed } from './memory-used.ts'
import { asked, type LifeState, type PartLife, told, unborn, whatToDo } from './part-life.ts'
import type { SeenScreen, UnderWay } from './seen-screen.ts'

export interface PartStatus {
  readonly name: PartName
  readonly title: string
  readonly version: string
  readonly state: LifeState
  readonly since_ms: number
  readonly pages: readonly Address[]
  /** Where it listens. */
  readonly listens: readonly string[]
  readonly used_mb: number
  readonly limit_mb: number
  readonly held_by: string
  /** The last that it said, where it does not stand well. */
  readonly problem: string
  readonly todo: string
}

export interface StackStatus {
  readonly state: 'starting' | 'up' | 'stopping'
  readonly since_ms: number
  readonly now_ms: number
  readonly data: string
  readonly logs: string
  /** What is being installed, started, filled. */
  readonly under_way: readonly UnderWay[]
  readonly parts: readonly PartStatus[]
}

const ASK_EVERY_MS = 15_000
/** A look at the memory of a hundred processes costs some milliseconds: however many look, it is had once in so long. */
const MEASURED_FOR_MS = 4_000

export class StatusBook {
  readonly #screen: SeenScreen
  #plan: StackPlan | undefined
  readonly #lives = new Map<PartName, PartLife>()
  readonly #versions = new Map<PartName, string>()
  #state: StackStatus['state'] = 'starting'
  #sinceMs = Date.now()
  #used: Promise<ReadonlyMap<PartName, number>> = Promise.resolve(new Map())
  #usedAtMs = 0
  #asking: NodeJS.Timeout | undefined

  constructor(screen: SeenScreen) {
    this.#screen = screen
  }

  async planned(plan: StackPlan): Promise<void> {
    this.#plan = plan
    for (const name of plan.parts) {
      this.#lives.set(name, unborn(Date.now()))
      this.#versions.set(name, await PARTS[name].version())
    }
    this.#asking = setInterval(() => void this.#askAll(), ASK_EVERY_MS)
    this.#asking.unref()
  }

  became: StackWatch['became'] = (name, state, about = {}) => {
    const now = Date.now()
    this.#lives.set(name, told(this.#lives.get(name) ?? unborn(now), state, about, now))
  }

  stackIs(state: StackStatus['state']): void {
    this.#state = state
    this.#sinceMs = Date.now()
  }

  close(): void {
    clearInterval(this.#asking)
  }

  async read(): Promise<StackStatus> {
    const plan = this.#plan
    const dataDir = plan?.dataDir ?? ''
    const used = await this.#memory()
    return {
      state: this.#state,
      since_ms: this.#sinceMs,
      now_ms: Date.now(),
      data: dataDir,
      logs: inDataFolder.logs(dataDir),
      under_way: this.#screen.underWay,
      parts: plan === undefined ? [] : plan.parts.map((name) => this.#partOf(name, plan, used.get(name) ?? 0)),
    }
  }

  #partOf(name: PartName, plan: StackPlan, usedMb: number): PartStatus {
    const life = this.#lives.get(name) ?? unborn(this.#sinceMs)
    const { title, ports } = PARTS[name]
    const { host, ports: numbers } = plan.contextOf(name)
    const isServer = SERVER_NAMES.some((server) => server === name)
    return {
      name,
      title,
      version: this.#versions.get(name) ?? '',
      state: life.state,
      since_ms: life.sinceMs,
      pages: PAGES_OF[name]?.(plan) ?? [],
      listens: ports.map((port) => `${host}:${numbers[port]}`),
      used_mb: usedMb,
      limit_mb: MEMORY[name].limitMb,
      held_by: heldBy(name),
      problem: life.problem,
      todo: whatToDo(life, isServer, inDataFolder.log(plan.dataDir, name)),
    }
  }

  async #memory(): Promise<ReadonlyMap<PartName, number>> {
    if (Date.now() - this.#usedAtMs > MEASURED_FOR_MS) {
      this.#usedAtMs = Date.now()
      const running = [...this.#lives].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const]))
      this.#used = memoryUsed(new Map(running))
    }
    return await this.#used
  }

  /** One after the other: a question to all at once would be a load of its own. */
  async #askAll(): Promise<void> {
    for (const [name, { state }] of [...this.#lives]) {
      if (state !== 'ready' && state !== 'silent') continue
      const problem = await this.#ask(name)
      const life = this.#lives.get(name)
      if (life !== undefined) this.#lives.set(name, asked(life, problem, Date.now()))
    }
  }

  async #ask(name: PartName): Promise<string> {
    try {
      if (this.#plan !== undefined) await PARTS[name].probe(this.#plan.contextOf(name))
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
