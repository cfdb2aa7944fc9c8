/** Owns `segue royalties bench`: how long a made-up month takes, by each model, and in how much memory. */

import { Command, InvalidArgumentError } from 'commander'
import { MODEL_NAMES } from '../reckoning/models/models.ts'
import { bench } from './bench.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on is wanted')
  return value
}

interface Flags {
  readonly streams: number
  readonly listeners: number | undefined
  readonly tracks: number | undefined
  readonly seed: number
  readonly folder: string | undefined
}

export function benchCommand(): Command {
  return new Command('bench')
    .description('measure `compute` on a made-up month, each model in a process of its own')
    .option('--streams <n>', 'rows', whole, 20_000_000)
    .option('--listeners <n>', 'by default one for 20 streams', whole)
    .option('--tracks <n>', 'by default one for 200 streams', whole)
    .option('--seed <n>', 'the same seed gives the same month', whole, 1)
    .option('--folder <folder>', 'where the files are made, and left; by default they are not left')
    .action(async ({ streams, listeners, tracks, seed, folder }: Flags) => {
      const size = {
        streams,
        listeners: listeners ?? Math.ceil(streams / 20),
        tracks: tracks ?? Math.ceil(streams / 200),
        seed,
      }
      const measured = await bench(size, folder, MODEL_NAMES)
      console.log(`${streams} streams, ${size.listeners} listeners, ${size.tracks} tracks, seed ${seed}\n`)
      console.log('| model | seconds | peak memory | amounts |\n|---|---|---|---|')
      for (const { model, seconds, megabytes, amounts } of measured)
        console.log(`| ${model} | ${seconds.toFixed(1)} | ${megabytes} MB | ${amounts} |`)
    })
}
