/** Owns processor profiles as text: where the time went, function by function, by its own time. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** As Node writes it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const LINES = 40
const IDLE = '(idle)'

export function profileText({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const { functionName, url, lineNumber } = callFrame
      const place = url === '' ? '' : `  ${basename(url)}:${lineNumber + 1}`
      return [id, `${functionName === '' ? '(anonymous)' : functionName}${place}`] as const
    }),
  )
  const own = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? ''
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[i] ?? 0))
  }
  const idleUs = own.get(IDLE) ?? 0
  own.delete(IDLE)
  const busyUs = [...own.values()].reduce((sum, us) => sum + us, 0)
  const lines = [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, LINES)
    .map(([name, us]) => `${((100 * us) / busyUs).toFixed(1).padStart(5)} %  ${name}`)
  return [`busy ${ms(busyUs)}, idle ${ms(idleUs)}; of the busy time, by own time:`, ...lines, ''].join('\n')
}

const ms = (us: number) => `${Math.round(us / 1_000).toLocaleString('en')} ms`

/** Beside each profile in `folder` its text. @returns the files written. */
export async function writeProfileTexts(folder: string): Promise<string[]> {
  const profiles = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'))
  return await Promise.all(
    profiles.map(async (name) => {
      const file = join(folder, `${name.slice(0, -'.cpuprofile'.length)}.txt`)
      await writeFile(file, profileText(JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile))
      return file
    }),
  )
}
