/** Owns what the sales reports of a month add up to, as whoever receives them would read them. */

/** Of a contract in a territory and tier: its part of the pool, or what its minimum adds. */
export interface DsrSummary {
  readonly kind: 'share' | 'minimum'
  readonly contract: string
  readonly territory: string
  readonly tier: string
  readonly streams: number
  readonly micros: bigint
}

export interface DsrTrack {
  readonly contract: string
  readonly territory: string
  readonly tier: string
  readonly trackId: string
  readonly streams: number
}

export interface DsrTotals {
  readonly summaries: readonly DsrSummary[]
  readonly tracks: readonly DsrTrack[]
}

const SUMMARIES = {
  'SY02.02': { kind: 'share', id: 1, territory: 6, tier: 7, usages: 8, allocated: 15, category: 18 },
  'SY05.02': { kind: 'minimum', id: 1, territory: 6, tier: 7, usages: 12, allocated: 15, category: 23 },
} as const
const RESOURCE = { reference: 2, trackId: 3 } as const
const SALE = { block: 1, summary: 2, resource: 5, streams: 7 } as const

export function dsrTotals(text: string): DsrTotals {
  const summaries = new Map<string, DsrSummary>()
  const resources = new Map<string, string>()
  const tracks: DsrTrack[] = []
  for (const row of text.split('\n').map((line) => line.split('\t'))) {
    const at = (index: number) => row[index] ?? ''
    const summed = Object.hasOwn(SUMMARIES, at(0)) ? SUMMARIES[at(0) as keyof typeof SUMMARIES] : undefined
    if (summed !== undefined)
      summaries.set(at(summed.id), {
        kind: summed.kind,
        contract: at(summed.category),
        territory: at(summed.territory),
        tier: at(summed.tier),
        streams: Number(at(summed.usages)),
        micros: BigInt(at(summed.allocated).replace('.', '')),
      })
    if (row[0] === 'AS02.02') resources.set(`${at(SALE.block)} ${at(RESOURCE.reference)}`, at(RESOURCE.trackId))
    if (row[0] !== 'SU02') continue
    const summary = summaries.get(at(SALE.summary))
    const trackId = resources.get(`${at(SALE.block)} ${at(SALE.resource)}`)
    if (summary === undefined || trackId === undefined)
      throw new Error(`a sale of block ${at(SALE.block)} is of no summary or resource`)
    const { contract, territory, tier } = summary
    tracks.push({ contract, territory, tier, trackId, streams: Number(at(SALE.streams)) })
  }
  return { summaries: [...summaries.values()], tracks }
}
