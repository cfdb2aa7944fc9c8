/** Owns the command line of `segue royalties explain`. */

import { Command } from 'commander'
import { say, withStores } from '../close/with-stores.ts'
import { type Explained, explain } from './explain.ts'

export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'tell from which streams a line of a statement or a posting came, by which fraction of which pool; or what a stream earned',
    )
    .argument(
      '<reference>',
      '<run>/<line> as on a statement, <transfer>/<posting> or <transfer> of the ledger, or the id of a stream',
    )
    .action((reference: string) =>
      withStores(async (stores) => {
        const told = await explain(stores, reference)
        for (const line of sentences(told)) say(line)
        if (told.not_paid !== undefined) say(`${reference} is kept and not paid: ${told.not_paid.join(', ')}`)
        return told
      }),
    )
}

const SHOWN = 10

function* sentences({ posting, lines }: Explained): Generator<string> {
  if (posting !== undefined) {
    const { transfer_id, kind, amount_micros, currency, account_kind, month, reversal_of, reason, run_id } = posting
    yield `posting ${transfer_id}/${posting.posting}: ${kind}, ${amount_micros} millionths of ${currency} on ${account_kind}, ${month}`
    if (reversal_of !== null) yield `  it takes back ${reversal_of}: ${reason}`
    else if (run_id === null) yield `  entered by hand, by ${posting.entered_by}: ${reason}`
  }
  for (const {
    reference,
    kind,
    amount_micros,
    currency,
    isrc,
    territory,
    tier,
    rights,
    pool,
    streams_of_line: streams,
    streams_left_out: leftOut = 0,
    reduced,
  } of lines) {
    yield `line ${reference}: ${kind} of the ${rights} ${isrc} in ${territory}, ${tier}: ${amount_micros} millionths of ${currency}, by ${streams.length + leftOut} streams`
    if (pool !== undefined) {
      yield `  pool: ${pool.net_revenue_micros} × ${pool.share} = ${pool.amount_micros}; of it ${pool.fraction} = ${pool.track_micros}; of that ${pool.holder_share}`
      yield `  exactly ${pool.exact_micros}, rounded by largest remainder`
    }
    for (const { reason, weight, streams: few } of reduced)
      yield `  ${few} streams of the track weigh ${weight} of what others do: ${reason}`
    for (const { id, startedAt, msPlayed, late, doubt } of streams.slice(0, SHOWN))
      yield `  ${id} at ${startedAt}, ${msPlayed} ms${late === undefined ? '' : `, of ${late.month}, ${late.reason}`}${doubt === undefined ? '' : `, ${doubt}`}`
    if (streams.length > SHOWN) yield `  and ${streams.length - SHOWN} more, in the JSON`
    if (leftOut > 0) yield `  and ${leftOut} more, which \`explain ${reference}\` tells`
  }
}
