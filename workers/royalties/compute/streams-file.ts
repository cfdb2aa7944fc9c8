/** Owns reading the file of streams: every one is looked at, those that count are entered, each once. */

import type { CsvRow } from '../../plain-files/csv-row.ts'
import { readCsv } from '../../plain-files/read-csv.ts'
import { type MonthBook, UNKNOWN } from '../reckoning/month-book.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import { DISCOVERIES, type Rules } from '../reckoning/rules.ts'
import { emptyColumn, type GivenFile } from './given-file.ts'
import { SeenStreams } from './seen-streams.ts'
import { monthNumber, monthOfTime } from './started-at.ts'
import { smallWhole } from './whole-number.ts'

const COLUMNS = [
  'stream_id',
  'listener_id',
  'isrc',
  'artist_id',
  'started_at',
  'ms_played',
  'territory',
  'tier',
  'discovery',
] as const
const [STREAM, LISTENER, ISRC, ARTIST, STARTED_AT, MS_PLAYED, TERRITORY, TIER, DISCOVERY] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const

export interface StreamsRead {
  readonly rows: number
  readonly counted: number
  /** Rows of a stream that had stood before, just the same. */
  readonly repeated: number
}

/** @param month is `YYYY-MM`. */
export async function readStreams(
  { path, problems, onProgress }: GivenFile,
  book: MonthBook,
  month: string,
  rules: Rules,
): Promise<StreamsRead> {
  const asked = monthNumber(month)
  const listeners = new NumberOf(LISTENER, (id) => book.listener(id))
  const recordings = new NumberOf(ISRC, (isrc) => book.recording(isrc))
  const artists = new NumberOf(ARTIST, (id) => book.artist(id))
  const discoveries = DISCOVERIES.map((discovery) => Buffer.from(discovery))
  const home = homes(book)
  const read = { rows: 0, counted: 0, repeated: 0 }

  /** What is wrong with the row; undefined when it is entered, or does not count. */
  const enter = (row: CsvRow): string | undefined => {
    const empty = emptyColumn(row, COLUMNS)
    if (empty !== undefined) return empty
    const seen = streams.note(row)
    if (seen === 'same') {
      read.repeated += 1
      return undefined
    }
    if (seen !== 'new')
      return `stream ${row.text(STREAM)} stands in line ${seen.line} with another \`${COLUMNS[seen.column]}\`: ${seen.text} there, ${row.text(seen.column)} here`
    const listener = listeners.in(row)
    if (listener === UNKNOWN) return `listener ${row.text(LISTENER)} is not in the file of listeners`
    const recording = recordings.in(row)
    if (recording === UNKNOWN) return `ISRC ${row.text(ISRC)} has no splits`
    const { territory, tier } = home(listener)
    if (!row.is(TERRITORY, territory))
      return `\`territory\` is ${row.text(TERRITORY)}, and listener ${row.text(LISTENER)} is of ${book.poolOf(listener)?.territory}`
    if (!row.is(TIER, tier))
      return `\`tier\` is ${row.text(TIER)}, and listener ${row.text(LISTENER)} has ${book.poolOf(listener)?.tier}`
    const discovery = discoveries.findIndex((one) => row.is(DISCOVERY, one))
    if (discovery < 0) return `\`discovery\` is ${row.text(DISCOVERY)}, and not one of ${DISCOVERIES.join(', ')}`
    const msPlayed = smallWhole(row, MS_PLAYED)
    if (msPlayed < 0) return `\`ms_played\` is not a whole number from 0 on: ${row.text(MS_PLAYED)}`
    const startedIn = monthOfTime(row.bytes, row.start(STARTED_AT), row.end(STARTED_AT))
    if (startedIn < 0) return `\`started_at\` is not a time of RFC 3339 in UTC: ${row.text(STARTED_AT)}`
    if (msPlayed < rules.countableMs || startedIn !== asked) return undefined
    read.counted += 1
    book.addStream(listener, recording, artists.in(row), discovery)
    return undefined
  }

  const streams = new SeenStreams(path, COLUMNS.length)
  try {
    await readCsv({ path, columns: COLUMNS, problems, onProgress }, (row) => {
      read.rows += 1
      const problem = enter(row)
      if (problem !== undefined) problems.add(row.problem(problem))
    })
  } finally {
    streams.close()
  }
  return read
}

/** Where a listener pays into, as bytes of a file. */
function homes(book: MonthBook): (listener: number) => { territory: Buffer; tier: Buffer } {
  const asBytes = (text: string) => Buffer.from(text.replaceAll('"', '""'))
  const known: { territory: Buffer; tier: Buffer }[] = []
  return (listener) => {
    const number = book.poolNumberOf(listener)
    const found = known[number]
    if (found !== undefined) return found
    const { territory = '', tier = '' } = book.poolOf(listener) ?? {}
    const made = { territory: asBytes(territory), tier: asBytes(tier) }
    known[number] = made
    return made
  }
}
