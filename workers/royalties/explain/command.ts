/** Owns the command line of `segue royalties explain`: from what was booked to its streams, and from a stream to what was booked. */

import { Command, InvalidArgumentError } from 'commander'
import { useStackEnvironment } from '../../../infra/cli/stack-environment.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { canonicalJson } from '../../../infra/postgres/ledger/canonical-json.ts'
import { linesOf, streamsOf } from '../../../infra/postgres/ledger/explain.ts'
import { postingsOf } from '../../../infra/postgres/ledger/postings-of.ts'
import { withPool } from '../../../infra/postgres/with-pool.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { dataFolder } from '../../../infra/stack/folders.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description('the streams behind a transfer of the ledger, or what a stream was booked as: JSON Lines')
    .option('--transfer <id>', 'its postings, then the streams that made it', uuid)
    .option('--stream <id>', 'the lines it is part of, each with its transfer', uuid)
    .action(async ({ transfer, stream }: { transfer?: string; stream?: string }) => {
      if ((transfer === undefined) === (stream === undefined)) {
        throw new StackProblem('give one of --transfer and --stream')
      }
      await useStackEnvironment(dataFolder(process.env))
      const { url } = readEnv(process.env, (read) => postgresConfig(read, 'finance'))
      await withPool(url, { applicationName: 'segue-explain', queryTimeoutMs: 60_000 }, (pool) =>
        transfer === undefined ? explainStream(pool, stream ?? '') : explainTransfer(pool, transfer),
      )
    })
}

async function explainTransfer(pool: Pool, transferId: string): Promise<void> {
  let found = 0
  for await (const posting of postingsOf(pool, { transferId })) {
    console.log(canonicalJson({ posting }))
    found += 1
  }
  if (found === 0) throw new StackProblem(`the ledger has no postings of a transfer ${transferId}`)
  for (const stream of await streamsOf(pool, transferId)) console.log(canonicalJson({ stream }))
}

async function explainStream(pool: Pool, streamId: string): Promise<void> {
  const lines = await linesOf(pool, streamId)
  if (lines.length === 0) {
    throw new StackProblem(
      `the stream ${streamId} is not there, does not count, or is of a month that was not reckoned`,
    )
  }
  for (const line of lines) console.log(canonicalJson({ line }))
}

function uuid(text: string): string {
  const id = text.toLowerCase()
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id
  throw new InvalidArgumentError('a UUID is wanted')
}
