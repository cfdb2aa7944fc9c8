/** Owns `segue model`: MODEL.md written anew from the schema of the running server. */

import { readFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { readEnv } from '../../runtime/env.ts'
import { StackProblem } from '../../stack/problem.ts'
import { postgresConfig } from '../config.ts'
import { withPool } from '../with-pool.ts'
import { drawModel } from './draw-model.ts'
import { readModel } from './read-model.ts'

const FILE = new URL('../MODEL.md', import.meta.url)

export const storedModel = (): Promise<string> => readFile(FILE, 'utf8')

export function modelCommand(): Command {
  return new Command('model')
    .description('draw infra/postgres/MODEL.md from the schema of the running PostgreSQL')
    .option('--check', 'write nothing, and fail when the file is not current')
    .action(async ({ check }: { check?: boolean }) => await model(check === true))
}

async function model(checkOnly: boolean): Promise<void> {
  const { url } = readEnv(process.env, (read) => postgresConfig(read, 'analyst'))
  await withPool(url, { applicationName: 'segue-model' }, async (pool) => {
    const drawn = drawModel(await readModel(pool))
    if (drawn === (await storedModel().catch(() => ''))) {
      console.log('MODEL.md is current')
      return
    }
    if (checkOnly) throw new StackProblem('MODEL.md is not current: run npm run segue -- model and commit the result')
    await writeFile(FILE, drawn)
    console.log('MODEL.md was written')
  })
}
