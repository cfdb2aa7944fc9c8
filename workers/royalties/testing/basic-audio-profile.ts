/**
 * Owns the Basic Audio profile 1.2 as its published schema lists it: of each record that a report of streams may have, every cell
 * by its name and place, whether it must be there, and what may stand in it. It shares nothing with what writes the files.
 */

export interface Cell {
  readonly name: string
  readonly check: RegExp
  /** Of an allowed-value set, or fixed by the profile. */
  readonly isOneOf: boolean
  readonly must: boolean
}

const oneOf = (...values: readonly string[]): RegExp => new RegExp(`^(${values.join('|').replaceAll('.', '\\.')})$`)

const TYPES = {
  text: /\S/,
  integer: /^[-+]?\d+$/,
  decimal: /^[-+]?(\d+(\.\d*)?|\.\d+)$/,
  boolean: /^(true|false)$/,
  party: /^PADPIDA[a-zA-Z0-9]+$/,
  namespaced: /^.*::.*$/,
  day: /^[0-9]{4}(-[0-9]{2})?(-[0-9]{2})?$/,
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[-+]\d\d:\d\d)$/,
  /** By the definition of the cell, not by its type. */
  service: /^[^\s_]+$/,
  isrc: /^[a-zA-Z]{2}[a-zA-Z0-9]{3}[0-9]{7}$/,
  iswc: /^T[0-9]{10}$/,
  duration: /^P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
} as const

/** The sets as far as a streaming service has to do with them. */
const ALLOWED = {
  /** Three versions: of parts 1, 2 and 8 of the standard. */
  version: /^dsrf\/\d+(\.\d+)*\/\d+(\.\d+)*\/\d+(\.\d+)*$/,
  profile: oneOf('BasicAudioProfile'),
  profileVersion: oneOf('1.2'),
  commercialModel: oneOf(
    'AdvertisementSupportedModel',
    'DeviceFeeModel',
    'PayAsYouGoModel',
    'RightsClaimModel',
    'SubscriptionModel',
  ),
  useType: oneOf(
    'ConditionalDownload',
    'ContentInfluencedStream',
    'NonInteractiveStream',
    'OnDemandStream',
    'PermanentDownload',
    'Stream',
    'TetheredDownload',
    'TimeInfluencedStream',
  ),
  /** Of ISO 3166-1: those that it leaves to users are no territories. */
  territory: /^(?!AA|Q[M-Z]|X[A-Z]|ZZ)[A-Z]{2}$/,
  currency: /^[A-Z]{3}$/,
  rights: oneOf(
    'MakeAvailableRight',
    'MechanicalRight',
    'PerformingRight',
    'PrintRight',
    'ReproductionRight',
    'SynchronizationRight',
    'UserDefined',
  ),
  resource: oneOf('Image', 'MIDI', 'SheetMusic', 'Software', 'SoundRecording', 'Text', 'UserDefinedResource', 'Video'),
} as const

type Kind = keyof typeof TYPES | keyof typeof ALLOWED
const cell = (name: string, kind: Kind, must: boolean): Cell => {
  const isOneOf = Object.hasOwn(ALLOWED, kind)
  return { name, check: { ...TYPES, ...ALLOWED }[kind], isOneOf, must }
}
const must = (name: string, kind: Kind): Cell => cell(name, kind, true)
const may = (name: string, kind: Kind): Cell => cell(name, kind, false)
const record = (type: string): Cell => ({ name: 'RecordType', check: oneOf(type), isOneOf: true, must: true })

/** With what every summary begins. */
const sales = (type: string): Cell[] => [
  record(type),
  must('SummaryRecordId', 'text'),
  may('DistributionChannel', 'text'),
  may('DistributionChannelDPID', 'party'),
  must('CommercialModel', 'commercialModel'),
  must('UseType', 'useType'),
  must('Territory', 'territory'),
]

export const RECORDS = {
  HEAD: [
    record('HEAD'),
    must('MessageVersion', 'version'),
    must('Profile', 'profile'),
    must('ProfileVersion', 'profileVersion'),
    must('MessageId', 'text'),
    must('MessageCreatedDateTime', 'instant'),
    must('FileNumber', 'integer'),
    must('NumberOfFiles', 'integer'),
    must('UsageStartDate', 'day'),
    must('UsageEndDate', 'day'),
    must('SenderPartyId', 'party'),
    must('SenderName', 'text'),
    may('ServiceDescription', 'service'),
    may('RecipientPartyId', 'party'),
    may('RecipientName', 'text'),
    may('RepresentedRepertoire', 'text'),
  ],
  'SY02.02': [
    ...sales('SY02.02'),
    must('ServiceDescription', 'service'),
    must('Usages', 'integer'),
    may('Users', 'integer'),
    must('CurrencyOfReporting', 'currency'),
    must('NetRevenue', 'decimal'),
    may('RightsController', 'text'),
    may('RightsControllerPartyId', 'namespaced'),
    may('AllocatedUsages', 'decimal'),
    may('AllocatedRevenue', 'decimal'),
    may('AllocatedNetRevenue', 'decimal'),
    may('RightsType', 'rights'),
    must('ContentCategory', 'text'),
    may('CurrencyOfTransaction', 'currency'),
    may('ExchangeRate', 'decimal'),
    may('RightsTypePercentage', 'decimal'),
  ],
  'SY04.01': [
    ...sales('SY04.01'),
    must('ServiceDescription', 'service'),
    must('SubscriberType', 'text'),
    must('Subscribers', 'decimal'),
    may('SubPeriodStartDate', 'day'),
    may('SubPeriodEndDate', 'day'),
    may('UsagesInSubPeriod', 'integer'),
    may('UsagesInReportingPeriod', 'integer'),
    must('CurrencyOfReporting', 'currency'),
    may('CurrencyOfTransaction', 'currency'),
    may('ExchangeRate', 'decimal'),
    must('ConsumerPaidUnitPrice', 'decimal'),
    must('NetRevenue', 'decimal'),
    must('MusicUsagePercentage', 'decimal'),
  ],
  'SY05.02': [
    ...sales('SY05.02'),
    may('ServiceDescription', 'service'),
    may('RightsController', 'text'),
    may('RightsControllerPartyId', 'namespaced'),
    must('RightsType', 'rights'),
    may('TotalUsages', 'integer'),
    may('AllocatedUsages', 'decimal'),
    may('MusicUsageRatio', 'decimal'),
    may('AllocatedNetRevenue', 'decimal'),
    may('AllocatedRevenue', 'decimal'),
    may('RightsControllerMarketShare', 'decimal'),
    may('CurrencyOfReporting', 'currency'),
    may('CurrencyOfTransaction', 'currency'),
    may('ExchangeRate', 'decimal'),
    may('SubscriberType', 'text'),
    may('SubPeriodStartDate', 'day'),
    may('SubPeriodEndDate', 'day'),
    must('ContentCategory', 'text'),
    may('RightsTypePercentage', 'decimal'),
  ],
  'AS02.02': [
    record('AS02.02'),
    must('BlockId', 'integer'),
    must('ResourceReference', 'text'),
    must('DspResourceId', 'text'),
    may('ISRC', 'isrc'),
    must('Title', 'text'),
    may('SubTitle', 'text'),
    must('DisplayArtistName', 'text'),
    may('DisplayArtistPartyId', 'namespaced'),
    may('Duration', 'duration'),
    must('ResourceType', 'resource'),
    may('ISWC', 'iswc'),
    ...['ComposerAuthor', 'Arranger', 'MusicPublisher', 'WorkContributor'].flatMap((name) => [
      may(name, 'text'),
      may(`${name}PartyId`, 'namespaced'),
    ]),
    may('ProprietaryWorkId', 'namespaced'),
    may('IsMasterRecording', 'boolean'),
  ],
  SU02: [
    record('SU02'),
    must('BlockId', 'integer'),
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
    record('FOOT'),
    must('NumberOfLinesInFile', 'integer'),
    may('NumberOfLinesInReport', 'integer'),
    must('NumberOfSummaryRecords', 'integer'),
    must('NumberOfBlocksInFile', 'integer'),
    may('NumberOfBlocksInReport', 'integer'),
  ],
} as const satisfies Readonly<Record<string, readonly Cell[]>>

export type RecordName = keyof typeof RECORDS

export const cellsOf = (type: string): readonly Cell[] | undefined =>
  Object.hasOwn(RECORDS, type) ? RECORDS[type as RecordName] : undefined
