/** Owns commands whose program lies in a room that infra may not import, load-tests or workers: each is a process of its own, its arguments passed through. */

import { Command } from 'commander'
import { passOn } from './passed-on.ts'

export interface LoadTestCommand {
  readonly name: string
  readonly description: string
  /** Relative to the project. */
  readonly program: string
}

/** Its own `--help` is the program's. */
export function loadTestCommand({ name, description, program }: LoadTestCommand): () => Command {
  return () =>
    new Command(name)
      .description(description)
      .argument('[flags...]', 'passed on: --help shows them')
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (flags: string[]) => {
        process.exitCode = await passOn(program, flags)
      })
}
