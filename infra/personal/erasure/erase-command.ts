/** Owns `segue erase`: a listener erased from every store, and the later passes over what Kafka still had. */

import { Command } from 'commander'
import { noteErasures } from '../../backup/note-erasures.ts'
import type { Pool } from '../../postgres/client.ts'
import { StackProblem } from '../../stack/problem.ts'
import { eraseAccount, FORGOTTEN_AFTER_DAYS, goOnErasing } from './erasure.ts'
import { isKnown } from './is-known.ts'
import { withStores } from './with-stores.ts'

export function eraseCommand(): Command {
  return new Command('erase')
    .description(
      'erase a listener: his key is destroyed, his rows are deleted or named by a pseudonym; may be killed and run again',
    )
    .argument('[account]', 'the `sub` of his tokens')
    .option('--for-good', 'really: there is no way back')
    .option('--go-on', 'in place of an account: another pass over all that are not at their end; run it daily')
    .addHelpText(
      'after',
      `\nThe account at Keycloak is taken away first of all, where SEGUE_KEYCLOAK_ACCOUNTS_URL says where that is looked after; at another issuer do so yourself. Kafka keeps records of it under its id, without a name, for 7 days,` +
        `\nand dead letters for 28: --go-on erases what came back from there, and after ${FORGOTTEN_AFTER_DAYS} days forgets the account as well.`,
    )
    .action(erase)
}

interface Flags {
  readonly forGood?: true
  readonly goOn?: true
}

async function erase(account: string | undefined, { forGood, goOn }: Flags): Promise<void> {
  if ((account === undefined) !== (goOn === true)) throw new StackProblem('give either an account or --go-on')
  await withStores(async (stores) => {
    const say = (line: string) => console.log(line)
    if (account === undefined) {
      const passed = await noted(stores.postgres, say, () => goOnErasing(stores, say))
      console.log(`${passed} erasures were gone over`)
      return
    }
    if (!(await isKnown(stores, account))) throw new StackProblem(`there is nothing under the account ${account}`)
    if (forGood !== true) throw new StackProblem('nothing was erased: there is no way back, so add --for-good')
    await noted(stores.postgres, say, () => eraseAccount(stores, account, say))
    console.log(
      `erased; run segue erase --go-on daily, until in ${FORGOTTEN_AFTER_DAYS} days nothing can come back from Kafka`,
    )
  })
}

/** The key is destroyed first of all: whatever fails behind that, where backups are he is known as erased. */
async function noted<T>(postgres: Pool, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const done = await Promise.allSettled([work()])
  const notes = await Promise.allSettled([noteErasures(postgres, say)])
  const failed = [...done, ...notes].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (failed.length > 1) throw new StackProblem(failed.map(({ message }: Error) => message).join('\n'), failed[0])
  const [outcome] = done
  if (outcome.status === 'fulfilled' && failed.length === 0) return outcome.value
  throw failed[0]
}
