/** Owns what is wrong with transfers before anybody is asked, and the order they are entered in. Pure. */

import { ACCOUNT_KINDS } from './account.ts'
import { canonicalJson } from './canonical-json.ts'
import { done, type LedgerResult, refusal } from './ledger-problem.ts'
import type { Posting, Transfer } from './transfer.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
const CURRENCY = /^[A-Z]{3}$/
/** As the table has it. */
const MOST_MICROS = 10n ** 18n
const MOST_POSTINGS = 100_000

export const isUuid = (text: string): boolean => UUID.test(text)

/** Each id once and sorted by it, so that two that post the same wait for each other in one order. */
export function checkTransfers(transfers: readonly Transfer[]): LedgerResult<readonly Transfer[]> {
  const byId = new Map<string, Transfer>()
  for (const transfer of transfers) {
    const { transferId } = transfer
    const wrong = whatIsWrong(transfer)
    if (wrong !== undefined) return refusal(wrong.code, `transfer ${transferId}: ${wrong.what}`)
    const before = byId.get(transferId)
    if (before !== undefined && canonicalJson(before) !== canonicalJson(transfer)) {
      return refusal('conflict', `transfer ${transferId} is given twice, with two contents`)
    }
    byId.set(transferId, transfer)
  }
  return done([...byId.values()].sort((a, b) => (a.transferId < b.transferId ? -1 : 1)))
}

interface Wrong {
  readonly code: 'malformed' | 'unbalanced' | 'incomplete'
  readonly what: string
}

function whatIsWrong({ transferId, period, postings }: Transfer): Wrong | undefined {
  const malformed = (what: string): Wrong => ({ code: 'malformed', what })
  if (!UUID.test(transferId)) return malformed('its id is no UUID in small letters')
  if (!MONTH.test(period)) return malformed(`${period} is no month`)
  if (postings.length < 2) return { code: 'incomplete', what: 'it has fewer than two postings' }
  if (postings.length > MOST_POSTINGS) return malformed(`it has more than ${MOST_POSTINGS} postings`)
  const first = postings[0]?.currency
  let sum = 0n
  let others: Map<string, bigint> | undefined
  for (const posting of postings) {
    const wrong = whatIsWrongWith(posting)
    if (wrong !== undefined) return malformed(wrong)
    if (posting.currency === first) sum += posting.amountMicros
    else {
      others ??= new Map()
      others.set(posting.currency, (others.get(posting.currency) ?? 0n) + posting.amountMicros)
    }
  }
  const odd = sum !== 0n ? first : [...(others ?? [])].find(([, total]) => total !== 0n)?.[0]
  return odd === undefined ? undefined : { code: 'unbalanced', what: `its postings do not add to zero in ${odd}` }
}

function whatIsWrongWith({ kind, currency, holderId, amountMicros, contractId, contractVersion }: Posting) {
  if (amountMicros === 0n) return 'a posting of nothing'
  if (amountMicros > MOST_MICROS || amountMicros < -MOST_MICROS) return `${amountMicros} is more than a posting holds`
  if (!CURRENCY.test(currency)) return `${currency} is no currency`
  if (ACCOUNT_KINDS[kind].ofHolder !== (holderId !== undefined)) {
    return holderId === undefined ? `an account ${kind} has a holder` : `an account ${kind} has no holder`
  }
  if (holderId !== undefined && !UUID.test(holderId)) return `the holder ${holderId} is no UUID in small letters`
  if ((contractId === undefined) !== (contractVersion === undefined)) return 'a contract without its version'
  return undefined
}
