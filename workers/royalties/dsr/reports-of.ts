/** Owns which reports a month has: one a licensor, territory and tier. Pure. */

import { grouped } from '../close/grouped.ts'
import type { ReckonedMonth } from '../close/reckon-month.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { type Report, type ReportedContract, recipientParts } from './dsr-file.ts'

export function reportsOf({ frozen, runs }: ReckonedMonth, closeId: string): Report[] {
  const contracts = new Map(frozen.contract.map((one) => [`${one.contract} ${one.version}`, one]))
  const holders = new Map(frozen.holder.map((one) => [one.id, one]))
  const tracks = new Map(frozen.track.map((one) => [one.isrc, one]))
  const pools = new Map(
    runs.flatMap(({ model, pools: own }) =>
      own.map((pool) => [[model, pool.rights, pool.territory, pool.tier].join(' '), pool] as const),
    ),
  )
  const shares = runs.flatMap(({ model, lines }) =>
    lines.filter(({ kind, isrc }) => kind === 'share' && isrc !== undefined).map((one) => ({ ...one, model })),
  )
  const minimums = new Map<string, bigint>()
  for (const line of runs.flatMap(({ lines }) => lines)) {
    if (line.kind !== 'minimum') continue
    const key = placeOf(`${line.contractId} ${line.contractVersion}`, line)
    minimums.set(key, (minimums.get(key) ?? 0n) + line.amountMicros)
  }
  const subscribers = new Map<string, number>()
  for (const { territory, tier, micros } of frozen.revenue) {
    const place = `${territory} ${tier}`
    if (micros !== '0') subscribers.set(place, (subscribers.get(place) ?? 0) + 1)
  }
  const ofContext = grouped(shares, (one) => {
    const licensor = contracts.get(`${one.contractId} ${one.contractVersion}`)?.licensor ?? ''
    return [licensor, one.territory, one.tier].join(' ')
  })
  const contexts = [...ofContext]
    .sort(([a], [b]) => byBytes(a, b))
    .map(([key, lines]) => {
      const [licensor = '', territory = '', tier = ''] = key.split(' ')
      const recipient = holders.get(licensor)
      if (recipient === undefined) throw new Error(`the licensor ${licensor} is not in the frozen month`)
      return { recipient, territory, tier, lines }
    })
  const parts = recipientParts(contexts.map(({ recipient }) => recipient))
  return contexts.map(({ recipient, territory, tier, lines }) => {
    const byContract = grouped(lines, (one) => `${one.contractId} ${one.contractVersion}`)
    return {
      month: frozen.month,
      closeId,
      recipient,
      recipientPart: parts.get(recipient.id) as string,
      territory,
      tier,
      contracts: [...byContract].map(([version, own]) => reported(version, own)),
    }
  })

  function reported(version: string, own: typeof shares): ReportedContract {
    const contract = contracts.get(version)
    const [first] = own
    const pool = pools.get([first?.model, first?.rights, first?.territory, first?.tier].join(' '))
    if (contract === undefined || pool === undefined) throw new Error(`version ${version} has lines of no pool`)
    const streams = new Map(own.map(({ isrc = '', streams: heard }) => [isrc, heard]))
    return {
      contract,
      pool,
      allocatedMicros: own.reduce((sum, { amountMicros }) => sum + amountMicros, 0n),
      minimumMicros: first === undefined ? 0n : (minimums.get(placeOf(version, first)) ?? 0n),
      subscribers: subscribers.get(`${first?.territory} ${first?.tier}`) ?? 0,
      tracks: [...streams].map(([isrc, heard]) => {
        const track = tracks.get(isrc)
        if (track === undefined) throw new Error(`${isrc} is not in the frozen month`)
        return { track, streams: heard }
      }),
    }
  }
}

const placeOf = (version: string, { territory, tier }: { readonly territory: string; readonly tier: string }): string =>
  [version, territory, tier].join(' ')
