/** Owns `segue schemas`: what a start does before its programs, for servers that somebody else starts. */

import { Command } from 'commander'
import type { EnvRecord } from '../../stack/env-file.ts'
import { StackProblem } from '../../stack/problem.ts'
import { applySchema, WITH_SCHEMA } from '../../stack/schemas.ts'

export function schemasCommand(): Command {
  return new Command('schemas')
    .description('bring the schemas, roles, topics and buckets of servers up to date; may be killed and run again')
    .argument('[servers...]', `some of ${WITH_SCHEMA.join(', ')}; all unless given`)
    .addHelpText(
      'after',
      '\nIt signs in as who may do that (SEGUE_POSTGRES_URL, SEGUE_KAFKA_PASSWORD, SEGUE_CLICKHOUSE_URL, SEGUE_MINIO_ACCESS_KEY and …_SECRET_KEY), and gives' +
        '\nthe services whose addresses and passwords are set what each may do. Run it before gateways and workers of another version.',
    )
    .action(schemas)
}

async function schemas(named: readonly string[]): Promise<void> {
  const strange = named.filter((name) => !WITH_SCHEMA.some((known) => known === name))
  if (strange.length > 0) throw new StackProblem(`${strange.join(', ')}: only ${WITH_SCHEMA.join(', ')} have schemas`)
  for (const name of named.length === 0 ? WITH_SCHEMA : WITH_SCHEMA.filter((known) => named.includes(known))) {
    await applySchema(name, process.env as EnvRecord)
    console.log(`${name}: up to date`)
  }
}
