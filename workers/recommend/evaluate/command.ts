/** Owns `segue recommend evaluate`: its flags, and what it prints. */

import { Command, Option } from 'commander'
import { wholeNumber } from '../../../infra/cli/whole-number.ts'
import { ALGORITHM_NAMES, type AlgorithmName, createAlgorithm } from './algorithms.ts'
import { evaluate, type Files } from './evaluate.ts'

const several = (value: string, before: readonly string[]) => [...before, value]

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('learn the sessions of one file, and predict those of another item by item')
    .addOption(new Option('--algo <name>', 'how').choices(ALGORITHM_NAMES).default('blend'))
    .requiredOption('--train <file>', 'tab-separated SessionId, ItemId, Time')
    .requiredOption('--test <file>', 'the same; items that the training lacks are left out')
    .requiredOption('--out <file>', 'written: SessionId, Position, Items, Scores, tab-separated')
    .option('--k <n>', 'the length of a list', wholeNumber(1, 10_000), 20)
    .option('--param <name=value>', 'a parameter of the algorithm; may be given several times', several, [])
    .action(run)
}

type Flags = Files & { readonly algo: AlgorithmName; readonly k: number; readonly param: readonly string[] }

async function run(flags: Flags): Promise<void> {
  const { algo, k, param } = flags
  const found = await evaluate(createAlgorithm(algo, param), flags, k)
  const { learned, learnSeconds, seconds, predictions } = found
  console.error(
    `${learned.events} events of ${learned.sessions} sessions and ${learned.items} items learned in ${learnSeconds.toFixed(2)} s`,
  )
  const figures = {
    [`hitRate@${k}`]: found.hitRate,
    [`mrr@${k}`]: found.mrr,
    [`coverage@${k}`]: found.coverage,
    [`popularity@${k}`]: found.popularity,
    predictions,
    seconds,
    predictionsPerSecond: seconds === 0 ? 0 : predictions / seconds,
  }
  console.log(JSON.stringify({ algo, k, ...figures }, null, 2))
}
