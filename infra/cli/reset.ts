/** Owns `segue reset`: the data folder is forgotten. */

import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { dataFolder, inDataFolder, isDataFolder } from '../stack/folders.ts'
import { StackProblem } from '../stack/problem.ts'
import { endLeftovers, isAlive, readProcessRecord } from '../stack/process-record.ts'

export function resetCommand(): Command {
  return new Command('reset')
    .description('delete all data: databases, audio, logs, generated secrets')
    .option('-y, --yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }) => await reset(dataFolder(process.env), yes === true))
}

async function reset(folder: string, sure: boolean): Promise<void> {
  const record = await readProcessRecord(inDataFolder.processes(folder))
  if (record !== undefined && (await isAlive(record.supervisor))) {
    throw new StackProblem(`stop npm start first: it runs as pid ${record.supervisor.pid}`)
  }
  if (!(await isDataFolder(folder))) {
    console.log(`Nothing to forget: ${folder} holds no data of Segue.`)
    return
  }
  if (!sure && process.stdin.isTTY && !(await agreed(folder))) {
    console.log('Nothing was deleted.')
    return
  }
  if (record !== undefined) await endLeftovers(record)
  await rm(folder, { recursive: true })
  console.log(`Deleted ${folder}. The next npm start begins anew.`)
}

async function agreed(folder: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question(`Delete everything in ${folder}? (yes/no; --yes does not ask) `)
    return answer.trim().toLowerCase() === 'yes'
  } finally {
    terminal.close()
  }
}
