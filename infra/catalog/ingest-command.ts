/** Owns `segue ingest <folder>`. */

import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { readEnv } from '../runtime/env.ts'
import { ingestFolder } from './ingest.ts'
import { createIngestProgress } from './ingest-progress.ts'
import { withIngestServers } from './ingest-servers.ts'
import { summaryLines, sumOutcomes } from './ingest-summary.ts'
import { untilInterrupted } from './interruption.ts'
import { longestTrackConfig } from './longest-track.ts'

export function ingestCommand(): Command {
  return new Command('ingest')
    .description(
      'takes the FLAC, WAV, OGG and MP3 files of a folder into the catalog; run again, it goes on where it stopped',
    )
    .argument('<folder>', 'searched with all folders below it')
    .option('--concurrency <n>', 'files worked on at a time', readConcurrency, availableParallelism())
    .action(runIngest)
}

function readConcurrency(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new InvalidArgumentError('a whole number from 1 to 64')
  return count
}

async function runIngest(folder: string, { concurrency }: { concurrency: number }, command: Command): Promise<void> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!isFolder) command.error(`error: '${folder}' is not a folder that can be read`)

  const longest = readEnv(process.env, longestTrackConfig)
  const began = performance.now()
  const progress = createIngestProgress(process.stderr)
  const stopped = 'stopped; what is finished is kept, and the same command goes on from there'
  await untilInterrupted(stopped, async (signal) => {
    const outcomes = await withIngestServers(process.env, (servers) =>
      ingestFolder(servers, {
        folder,
        concurrency,
        longest,
        signal,
        onFound: progress.begin,
        onOutcome: progress.note,
      }),
    ).finally(progress.end)
    if (outcomes.length === 0) {
      console.log(`there is no FLAC, WAV, OGG or MP3 file in ${folder}`)
      return
    }
    const summary = sumOutcomes(outcomes, performance.now() - began)
    console.log(summaryLines(summary).join('\n'))
    if (summary.failures.length > 0) process.exitCode = 1
  })
}
