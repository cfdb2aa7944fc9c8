/** Owns a run of the bench: works by servers, one after the other, each with a server of its own. */

import { asStep } from '../../infra/stack/screen.ts'
import type { Found } from './result.ts'
import type { Rig } from './rig.ts'
import { SERVERS, type ServerName } from './servers.ts'
import type { Figures, Work } from './work/work.ts'
import { WORKS, type WorkName } from './works.ts'

export interface Wanted {
  readonly works: readonly WorkName[]
  /** Undefined: all that do the work. */
  readonly servers: readonly ServerName[] | undefined
  readonly runs: number
}

/** Runs of different servers take turns, so that a machine that changes its pace changes it for all. */
export async function bench(rig: Rig, { works, servers, runs }: Wanted): Promise<Found[]> {
  const all: Found[] = []
  for (const name of works) {
    const work: Work = WORKS[name]
    const names = work.servers.filter((server) => servers === undefined || servers.includes(server))
    const figures = new Map<ServerName, Figures[]>(names.map((server) => [server, []]))
    const failed = new Map<ServerName, string>()
    for (let run = 1; run <= runs; run += 1) {
      for (const server of names) {
        if (failed.has(server)) continue
        try {
          figures.get(server)?.push(await runOnce(rig, name, server, `${run}/${runs}`))
        } catch (error) {
          rig.yard.signal.throwIfAborted()
          // Said in the table: the others are measured all the same.
          failed.set(server, error instanceof Error ? error.message.split('\n', 1).join() : String(error))
          rig.yard.screen.line(`  ${name}, ${SERVERS[server].title}: ${String(error)}`)
        }
      }
    }
    for (const server of names) {
      const why = failed.get(server)
      all.push({ work: name, server, runs: figures.get(server) ?? [], ...(why === undefined ? {} : { failed: why }) })
    }
  }
  return all
}

async function runOnce(rig: Rig, name: WorkName, server: ServerName, which: string): Promise<Figures> {
  const work: Work = WORKS[name]
  let figures: Figures = {}
  await asStep(rig.yard.screen, `${name}, ${server}, ${which}`, async (step) => {
    figures = await work.run(rig, server, (line) => step.note(line))
    const value = figures[work.compared] ?? 0
    return `${work.figures[work.compared]}: ${value.toPrecision(4)}`
  })
  return figures
}
