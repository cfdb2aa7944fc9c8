/**
 * Owns a second reading of the Basic Audio profile 1.2, for tests: every cell by its name, type and whether it must be there, as the
 * published schema lists them; the order of records; what the footer counts. It shares nothing with what writes the files.
 */

type Check = 'text' | 'integer' | 'decimal' | 'boolean' | RegExp
interface Cell {
  readonly name: string
  readonly check: Check
  readonly must: boolean
}

const PARTY = /^PADPIDA[a-zA-Z0-9]+$/
const NAMESPACED = /^.*::.*$/
const DAY = /^[0-9]{4}(-[0-9]{2})?(-[0-9]{2})?$/
const COUNTRY = /^[A-Z]{2}$/
const CURRENCY = /^[A-Z]{3}$/
const MODEL = /^(AdvertisementSupportedModel|SubscriptionModel)$/
const USE = /^(OnDemandStream|Stream|NonInteractiveStream|ConditionalDownload)$/
const RIGHT = /^(MakingAvailableRight|PerformingRight|MechanicalRight|ReproductionRight)$/
const DURATION = /^P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/
const NO_SPACE = /^[^\s_]+$/

const must = (name: string, check: Check): Cell => ({ name, check, must: true })
const may = (name: string, check: Check): Cell => ({ name, check, must: false })

const RECORDS: Readonly<Record<string, readonly Cell[]>> = {
  HEAD: [
    must('RecordType', /^HEAD$/),
    must('MessageVersion', /^dsrf\//),
    must('Profile', /^BasicAudioProfile$/),
    must('ProfileVersion', /^1\.2$/),
    must('MessageId', 'text'),
    must('MessageCreatedDateTime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[-+]\d\d:\d\d)$/),
    must('FileNumber', 'integer'),
    must('NumberOfFiles', 'integer'),
    must('UsageStartDate', DAY),
    must('UsageEndDate', DAY),
    must('SenderPartyId', PARTY),
    must('SenderName', 'text'),
    may('ServiceDescription', NO_SPACE),
    may('RecipientPartyId', PARTY),
    may('RecipientName', 'text'),
    may('RepresentedRepertoire', 'text'),
  ],
  'SY02.02': [
    must('RecordType', /^SY02\.02$/),
    must('SummaryRecordId', 'text'),
    may('DistributionChannel', 'text'),
    may('DistributionChannelDPID', PARTY),
    must('CommercialModel', MODEL),
    must('UseType', USE),
    must('Territory', COUNTRY),
    must('ServiceDescription', NO_SPACE),
    must('Usages', 'integer'),
    may('Users', 'integer'),
    must('CurrencyOfReporting', CURRENCY),
    must('NetRevenue', 'decimal'),
    may('RightsController', 'text'),
    may('RightsControllerPartyId', NAMESPACED),
    may('AllocatedUsages', 'decimal'),
    may('AllocatedRevenue', 'decimal'),
    may('AllocatedNetRevenue', 'decimal'),
    may('RightsType', RIGHT),
    must('ContentCategory', 'text'),
    may('CurrencyOfTransaction', CURRENCY),
    may('ExchangeRate', 'decimal'),
    may('RightsTypePercentage', 'decimal'),
  ],
  'AS02.02': [
    must('RecordType', /^AS02\.02$/),
    must('BlockId', 'text'),
    must('ResourceReference', 'text'),
    must('DspResourceId', 'text'),
    may('ISRC', /^[a-zA-Z]{2}[a-zA-Z0-9]{3}[0-9]{7}$/),
    must('Title', 'text'),
    may('SubTitle', 'text'),
    must('DisplayArtistName', 'text'),
    may('DisplayArtistPartyId', NAMESPACED),
    may('Duration', DURATION),
    must('ResourceType', /^(SoundRecording|MusicalWorkSoundRecording|Video)$/),
    may('ISWC', /^T[0-9]{10}$/),
    ...['ComposerAuthor', 'Arranger', 'MusicPublisher', 'WorkContributor'].flatMap((name) => [
      may(name, 'text'),
      may(`${name}PartyId`, NAMESPACED),
    ]),
    may('ProprietaryWorkId', NAMESPACED),
    may('IsMasterRecording', 'boolean'),
  ],
  SU02: [
    must('RecordType', /^SU02$/),
    must('BlockId', 'text'),
    must('SummaryRecordId', 'text'),
    must('SalesTransactionId', 'text'),
    may('TransactedRelease', 'text'),
    may('TransactedResource', 'text'),
    may('IsRoyaltyBearing', 'boolean'),
    must('NumberOfStreams', 'integer'),
    may('PriceConsumerPaidExcSalesTax', 'decimal'),
    may('PromotionalActivity', 'text'),
  ],
  FOOT: [
    must('RecordType', /^FOOT$/),
    must('NumberOfLinesInFile', 'integer'),
    may('NumberOfLinesInReport', 'integer'),
    must('NumberOfSummaryRecords', 'integer'),
    must('NumberOfBlocksInFile', 'integer'),
    may('NumberOfBlocksInReport', 'integer'),
  ],
}

const TYPES: Readonly<Record<'text' | 'integer' | 'decimal' | 'boolean', RegExp>> = {
  text: /\S/,
  integer: /^[-+]?\d+$/,
  decimal: /^[-+]?(\d+(\.\d*)?|\.\d+)$/,
  boolean: /^(true|false|1|0)$/,
}
/** DSR, recipient, sender, service, period, territory, x of y, when it was made. */
const NAME = /^DSR_([^_]+)_([^_]+)_([^_]+)_(\d{4}-\d\d)_([A-Z]{2})_(\d+)of(\d+)_(\d{8}T\d{6})\.tsv$/

/** What is wrong with a file; nothing of one that is right. */
export function dsrProblems(name: string, text: string): string[] {
  const problems: string[] = []
  const say = (line: number, problem: string) => problems.push(`line ${line}: ${problem}`)
  if (!text.endsWith('\n')) problems.push('the last line is not ended')
  const lines = text.split('\n').slice(0, -1)
  const rows = lines.map((line) => unescaped(line))
  for (const [index, row] of rows.entries()) checkCells(row, index + 1, say)
  const types = rows.map(([type = '']) => type)
  const order = types
    .map((type) => ({ HEAD: 'H', 'SY02.02': 'S', 'AS02.02': 'R', SU02: 'U', FOOT: 'F' })[type] ?? '?')
    .join('')
  if (!/^HS+(R+U+)*F$/.test(order)) problems.push(`the records come as ${order}`)
  const [head = [], foot = []] = [rows[0], rows.at(-1)]
  checkReferences(rows, say)
  const blocks = new Set(rows.filter(([type]) => type === 'AS02.02').map(([, block]) => block)).size
  const counts = [lines.length, lines.length, types.filter((type) => type === 'SY02.02').length, blocks, blocks]
  if (foot.slice(1).join(' ') !== counts.join(' '))
    problems.push(`the footer counts ${foot.slice(1)}, there are ${counts}`)
  problems.push(...nameProblems(name, head))
  return problems
}

/** A backslash takes away the meaning of what comes after it. */
const unescaped = (line: string): string[] => line.split('\t').map((cell) => cell.replaceAll(/\\(.)/g, '$1'))

function checkCells(row: readonly string[], line: number, say: (line: number, problem: string) => void): void {
  const cells = RECORDS[row[0] ?? '']
  if (cells === undefined) {
    say(line, `there is no record ${row[0]} in the profile`)
    return
  }
  if (row.length !== cells.length) say(line, `${row[0]} has ${row.length} cells, not ${cells.length}`)
  for (const [index, { name, check, must: needed }] of cells.entries()) {
    const value = row[index] ?? ''
    if (value === '' && !needed) continue
    const pattern = typeof check === 'string' ? TYPES[check] : check
    if (!pattern.test(value)) say(line, `${name} is ${JSON.stringify(value)}`)
  }
}

function checkReferences(rows: readonly (readonly string[])[], say: (line: number, problem: string) => void): void {
  const summaries = new Map(rows.filter(([type]) => type === 'SY02.02').map((row) => [row[1], Number(row[8])]))
  const resources = new Set(rows.filter(([type]) => type === 'AS02.02').map((row) => `${row[1]} ${row[2]}`))
  const transactions = new Set<string>()
  for (const [index, row] of rows.entries()) {
    if (row[0] !== 'SU02') continue
    const left = summaries.get(row[2])
    if (left === undefined) say(index + 1, `there is no summary ${row[2]}`)
    else summaries.set(row[2], left - Number(row[7]))
    if ((row[4] === '') === (row[5] === '')) say(index + 1, 'either a release or a resource is transacted')
    if (!resources.has(`${row[1]} ${row[5]}`)) say(index + 1, `there is no resource ${row[5]} in block ${row[1]}`)
    if (transactions.has(row[3] ?? '')) say(index + 1, `the transaction ${row[3]} is there twice`)
    transactions.add(row[3] ?? '')
  }
  for (const [id, left] of summaries) if (left !== 0) say(0, `summary ${id} has ${left} usages that no sale has`)
}

function nameProblems(name: string, head: readonly string[]): string[] {
  const [, recipient, sender, service, period, , x, y, created] = NAME.exec(name) ?? []
  if (recipient === undefined) return [`the name ${name} is not as the standard has it`]
  const wanted: [string, unknown, unknown][] = [
    ['sender', [head[10], head[11]].includes(sender ?? ''), true],
    ['recipient', [head[13], head[14]?.replaceAll(/[\s_/]+/g, '-')].includes(recipient), true],
    ['service', service, head[12]],
    ['file number', x, head[6]],
    ['number of files', y, head[7]],
    ['period', head[8]?.startsWith(period ?? '?'), true],
    ['time', created, head[5]?.replaceAll(/[-:Z]/g, '')],
  ]
  return wanted
    .filter(([, found, there]) => found !== there)
    .map(([what]) => `the ${what} in the name ${name} is not that of the header`)
}
