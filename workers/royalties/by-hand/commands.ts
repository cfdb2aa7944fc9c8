/** Owns the command lines by which a person puts right what was booked: nothing is edited, all of it is entered in the month that is closed next. */

import { Command, InvalidArgumentError } from 'commander'
import type { Pool } from '../../../infra/postgres/client.ts'
import {
  type EnteredByHand,
  enterCorrections,
  isReason,
  REASON_FORM,
  reverseByHand,
  voidByHand,
} from '../../../infra/postgres/ledger/by-hand.ts'
import { isUuid } from '../../../infra/postgres/ledger/check-transfers.ts'
import type { LedgerResult } from '../../../infra/postgres/ledger/ledger-problem.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { say, withBooks } from '../close/with-stores.ts'
import { readCorrections } from './corrections-file.ts'

export function reverseCommand(): Command {
  return following('reverse', reverseByHand)
    .description('take back a posted transfer by one of its own, in the month that is closed next')
    .argument('<transfer>', 'as on a posting, or the payout that the bank has paid', transfer)
}

export function voidCommand(): Command {
  return following('void', voidByHand)
    .description('void a pending payout: what it would have paid is owed again, and the next close pays it')
    .argument('<payout>', 'the id that the payment order carried', transfer)
}

export function correctCommand(): Command {
  return new Command('correct')
    .description('enter corrections in the month that is closed next: all of the file, or none')
    .requiredOption('--file <file>', 'transfer_id,account,holder_id,currency,amount_micros,reason')
    .action(({ file }: { file: string }) =>
      withBooks(async (pool) => {
        const entered = ended(await enterCorrections(pool, await readCorrections(file)))
        for (const one of entered) say(sentence('corrects', one))
        return { status: statusOf(entered), entered: entered.map(told) }
      }),
    )
}

type Follow = (pool: Pool, transferId: string, reason: string) => Promise<LedgerResult<EnteredByHand>>

function following(name: 'reverse' | 'void', follow: Follow): Command {
  return new Command(name)
    .requiredOption('--reason <text>', `why; it stays in the ledger, ${REASON_FORM}`, reason)
    .action((id: string, flags: { reason: string }) =>
      withBooks(async (pool) => {
        const entered = ended(await follow(pool, id, flags.reason))
        say(sentence(`${name}s ${id}`, entered))
        return { status: statusOf([entered]), ...told(entered) }
      }),
    )
}

const statusOf = (all: readonly EnteredByHand[]) => (all.some(({ isNew }) => isNew) ? 'entered' : 'nothing to do')

const told = ({ transferId, period }: EnteredByHand) => ({ transfer_id: transferId, month: period })

const sentence = (what: string, { transferId, period, isNew }: EnteredByHand): string =>
  `${transferId} ${what}, ${isNew ? 'entered' : 'and has been there before,'} in ${period}`

function ended<T>(result: LedgerResult<T>): T {
  if (!result.ok) throw new StackProblem(result.problem.message)
  return result.value
}

function transfer(text: string): string {
  if (isUuid(text)) return text
  throw new InvalidArgumentError('the id of a transfer is wanted, a UUID in small letters')
}

function reason(text: string): string {
  if (isReason(text)) return text
  throw new InvalidArgumentError(`${REASON_FORM} are wanted, without spaces at the ends`)
}
