/** Owns `segue audit verify`: whether the audit log is what the services wrote, and if not, which row is not. */

import { Command, InvalidArgumentError } from 'commander'
import { readEnv } from '../../runtime/env.ts'
import { StackProblem } from '../../stack/problem.ts'
import { postgresConfig } from '../config.ts'
import { withPool } from '../with-pool.ts'
import type { AuditFinding } from './check-chain.ts'
import { keptHeadsConfig, openKeptHeads } from './kept-heads.ts'
import type { ChainHead } from './noted-heads.ts'
import { verifyAudit } from './verify.ts'

/** Ten years of entries are joined with their links. */
const STATEMENT_WITHIN_MS = 600_000

export function auditCommand(): Command {
  return new Command('audit').description('ask about the audit log').addCommand(
    new Command('verify')
      .description('walk the chain over the audit log, and name each entry that was altered, taken out or put in')
      .option('--head <sequence:hash>', 'a head that was printed earlier, which the chain must have had', headOf)
      .option('--without-store', 'neither look at the heads that are kept nor keep this one')
      .addHelpText(
        'after',
        '\nWho may write everything in the database can write the chain anew, and only a head from before tells. So each head is kept in a' +
          '\nlocked bucket of MinIO (SEGUE_MINIO_AUDIT_BUCKET), and the chain is held against all that are there. Ends with 1 when something is found.',
      )
      .action(verify),
  )
}

function headOf(text: string): ChainHead {
  const [, sequence, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? []
  if (sequence === undefined || hash === undefined) throw new InvalidArgumentError('Write it as it was printed.')
  return { sequence: BigInt(sequence), hash }
}

interface Flags {
  readonly head?: ChainHead
  readonly withoutStore?: true
}

async function verify({ head: noted, withoutStore }: Flags): Promise<void> {
  const { url, store } = readEnv(process.env, (read) => ({
    ...postgresConfig(read, 'finance'),
    store: withoutStore === true ? undefined : keptHeadsConfig(read),
  }))
  const kept = store === undefined ? undefined : await openKeptHeads(store)
  const before = [...((await kept?.all()) ?? []), ...(noted === undefined ? [] : [noted])]
  const options = { applicationName: 'segue-audit', queryTimeoutMs: STATEMENT_WITHIN_MS }
  const { findings, head, retired } = await withPool(url, options, async (pool) => await verifyAudit(pool, before))
  if (findings.length > 0) throw new StackProblem(`the audit log was changed:\n${findings.map(lineOf).join('\n')}`)
  await kept?.keep(head, new Date())
  const gone = retired === 0 ? '' : `, ${retired} of them of months that were retired`
  const held = before.length === 0 ? '' : `; it has the ${before.length} heads of before`
  console.log(`the audit log is whole: ${head.sequence} entries${gone}${held}\nhead ${head.sequence}:${head.hash}`)
}

function lineOf({ flaw, sequence, entryId, says }: AuditFinding): string {
  const where = [sequence === undefined ? '' : `link ${sequence}`, entryId === undefined ? '' : `entry ${entryId}`]
  return `  ${flaw}: ${where.filter(Boolean).join(', ')}: ${says}`
}
