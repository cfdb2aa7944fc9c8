/** Owns the measuring of `segue royalties compute`, the command itself, as a person would run it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProgram } from '../../../infra/stack/node-program.ts'
import { showProgress } from '../compute/progress.ts'
import type { ModelName } from '../reckoning/models/models.ts'
import { MADE_MONTH, type MonthFiles, type MonthSize, makeMonth } from './made-month.ts'

export interface Measured {
  readonly model: ModelName
  readonly seconds: number
  readonly megabytes: number
  readonly amounts: number
}

export async function bench(
  size: MonthSize,
  kept: string | undefined,
  models: readonly ModelName[],
): Promise<Measured[]> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'segue-month-')))
  await mkdir(folder, { recursive: true })
  const files = {
    streams: join(folder, 'streams.csv'),
    listeners: join(folder, 'listeners.csv'),
    splits: join(folder, 'splits.csv'),
  }
  try {
    const progress = showProgress()
    await makeMonth(size, files, (streams) => progress.show('making streams', streams, size.streams))
    progress.end()
    const measured: Measured[] = []
    for (const model of models) measured.push(await measure(model, files, join(folder, `${model}.csv`)))
    return measured
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** Seconds are those from the start of the process to its end. */
async function measure(model: ModelName, files: MonthFiles, out: string): Promise<Measured> {
  const { command, args, env } = nodeProgram('workers/royalties/main.ts', {})
  const started = performance.now()
  const flags = ['--month', MADE_MONTH, '--model', model, '--pool-share', '7/10', '--out', out]
  const given = Object.entries(files).flatMap(([name, path]) => [`--${name}`, path])
  const child = spawn(command, [...args, 'compute', ...flags, ...given], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    process.stderr.write(text)
  })
  const [code] = await once(child, 'close')
  const [, amounts, megabytes] = /(\d+) amounts; .* (\d+) MB at most/.exec(said) ?? []
  if (code !== 0 || amounts === undefined || megabytes === undefined) throw new Error(`${model} ended with ${code}`)
  return {
    model,
    seconds: (performance.now() - started) / 1000,
    megabytes: Number(megabytes),
    amounts: Number(amounts),
  }
}
