/** Owns the rights of the demo: who made contracts about its tracks, and how they split what these earn. */

import { demoIdOf, rightsHolderIdOf } from '../../catalog/catalog-ids.ts'
import type { PoolClient } from '../../postgres/client.ts'
import { DEMO_ALBUMS } from '../demo-artists.ts'

const LABEL = 'Harbour Light Records'
const PUBLISHER = 'Lantern Street Music'
/** Made up, as DDEX writes them. */
const PARTY_IDS: Readonly<Record<string, string>> = { [LABEL]: 'PADPIDA2026100001L', [PUBLISHER]: 'PADPIDA2026100002P' }

interface Party {
  readonly name: string
  readonly role: 'artist' | 'label' | 'author' | 'publisher'
  readonly num: number
  readonly den: number
}

interface Terms {
  readonly valid: string
  readonly revenueNum: number
  readonly perStreamMicros: number
  readonly parties: readonly Party[]
}

/** Okapi Parade own their recordings; the others' are licensed by the label, Marlow Tidewell's on better terms since March. */
function recordingTerms(artist: string): readonly Terms[] {
  const alone: Party[] = [{ name: artist, role: 'artist', num: 1, den: 1 }]
  const split = (num: number, den: number): Party[] => [
    { name: LABEL, role: 'label', num: den - num, den },
    { name: artist, role: 'artist', num, den },
  ]
  if (artist === 'Okapi Parade') return [{ valid: '[2026-01-01,)', revenueNum: 52, perStreamMicros: 0, parties: alone }]
  if (artist === 'Marlow Tidewell') {
    return [
      { valid: '[2026-01-01,2026-03-01)', revenueNum: 52, perStreamMicros: 0, parties: split(1, 4) },
      { valid: '[2026-03-01,)', revenueNum: 52, perStreamMicros: 2_500, parties: split(1, 3) },
    ]
  }
  return [{ valid: '[2026-01-01,)', revenueNum: 52, perStreamMicros: 0, parties: split(1, 5) }]
}

/** Authors have two thirds in equal parts, the publisher one. */
function compositionTerms(composers: readonly string[]): readonly Terms[] {
  const authors = composers.map((name): Party => ({ name, role: 'author', num: 2, den: 3 * composers.length }))
  return [
    {
      valid: '[2026-01-01,)',
      revenueNum: 15,
      perStreamMicros: 0,
      parties: [...authors, { name: PUBLISHER, role: 'publisher', num: 1, den: 3 }],
    },
  ]
}

/** Contracts about those of the demo tracks that are in the catalog. */
export async function seedRights(client: PoolClient): Promise<void> {
  await ensureHolder(client, LABEL, 'label')
  await ensureHolder(client, PUBLISHER, 'publisher')
  const pieces = DEMO_ALBUMS.flatMap(({ artist, pieces }) => pieces.map((piece) => ({ artist, ...piece })))
  for (const artist of new Set(pieces.map((piece) => piece.artist))) {
    const titles = pieces.filter((piece) => piece.artist === artist).map(({ title }) => title)
    const licensor = artist === 'Okapi Parade' ? artist : LABEL
    await seedContract(client, { name: artist, rights: 'recording', licensor, terms: recordingTerms(artist), titles })
  }
  // Who named no composer wrote it himself.
  const authorsOf = ({ artist, composers }: (typeof pieces)[number]) => (composers.length > 0 ? composers : [artist])
  for (const names of new Set(pieces.map((piece) => authorsOf(piece).join(', ')))) {
    const titles = pieces.filter((piece) => authorsOf(piece).join(', ') === names).map(({ title }) => title)
    const terms = compositionTerms(names.split(', '))
    await seedContract(client, { name: names, rights: 'composition', licensor: PUBLISHER, terms, titles })
  }
  await client.query(
    `INSERT INTO advances VALUES ($1, $2, $3, 'EUR', 500000000, '2026-03-02', true) ON CONFLICT DO NOTHING`,
    [demoIdOf('advance'), demoIdOf('contract recording Marlow Tidewell'), rightsHolderIdOf('Marlow Tidewell')],
  )
  await seedMonths(client)
}

interface Contract {
  readonly name: string
  readonly rights: 'recording' | 'composition'
  readonly licensor: string
  readonly terms: readonly Terms[]
  readonly titles: readonly string[]
}

async function seedContract(client: PoolClient, { name, rights, licensor, terms, titles }: Contract): Promise<void> {
  const contractId = demoIdOf(`contract ${rights} ${name}`)
  await ensureHolder(client, licensor, 'person')
  const { rowCount } = await client.query(
    `INSERT INTO contracts (contract_id, number, title, licensor_id, rights, signed_on)
     VALUES ($1, $2, $3, $4, $5, '2025-12-15') ON CONFLICT DO NOTHING`,
    [
      contractId,
      `DEMO-${contractId.slice(0, 8).toUpperCase()}`,
      `${rights === 'recording' ? 'Recordings' : 'Works'} of ${name}`,
      rightsHolderIdOf(licensor),
      rights,
    ],
  )
  if (rowCount === 1) {
    for (const [index, version] of terms.entries()) await seedVersion(client, contractId, index + 1, version)
  }
  await client.query(
    `INSERT INTO contract_tracks
     SELECT v.contract_id, v.version, t.track_id, $2, v.valid, v.territory_set
       FROM contract_versions v CROSS JOIN tracks t
      WHERE v.contract_id = $1 AND t.isrc LIKE 'XXDEM%' AND t.title = ANY ($3) ON CONFLICT DO NOTHING`,
    [contractId, rights, titles],
  )
}

async function seedVersion(client: PoolClient, contractId: string, version: number, terms: Terms): Promise<void> {
  await client.query(
    `INSERT INTO contract_versions (contract_id, version, valid, is_worldwide, currency, revenue_num, revenue_den, minimum_per_stream_micros)
     VALUES ($1, $2, $3, true, 'EUR', $4, 100, $5)`,
    [contractId, version, terms.valid, terms.revenueNum, terms.perStreamMicros],
  )
  for (const { name, role, num, den } of terms.parties) {
    await ensureHolder(client, name, 'person')
    await client.query('INSERT INTO contract_shares VALUES ($1, $2, $3, $4, $5, $6)', [
      contractId,
      version,
      rightsHolderIdOf(name),
      role,
      num,
      den,
    ])
  }
}

async function ensureHolder(client: PoolClient, name: string, kind: string): Promise<void> {
  await client.query(
    `INSERT INTO rights_holders (holder_id, name, kind, tax_reference, ddex_party_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (holder_id) DO UPDATE SET tax_reference = coalesce(rights_holders.tax_reference, excluded.tax_reference),
       ddex_party_id = coalesce(rights_holders.ddex_party_id, excluded.ddex_party_id)`,
    [rightsHolderIdOf(name), name, kind, `DEMO-${rightsHolderIdOf(name).slice(0, 8)}`, PARTY_IDS[name] ?? null],
  )
}

/** Made-up rates to one euro, in hundredths of the other currency. */
const RATES: Readonly<Record<string, number>> = {
  USD: 112,
  JPY: 17_050,
  MXN: 2_080,
  NGN: 168_500,
  SEK: 1_105,
  CZK: 2_530,
}

async function seedMonths(client: PoolClient): Promise<void> {
  const months = `SELECT (date_trunc('month', now()) - make_interval(months => n))::date AS month FROM generate_series(0, 1) AS n`
  await client.query(`INSERT INTO accounting_months (month) ${months} ON CONFLICT DO NOTHING`)
  for (const [currency, hundredths] of Object.entries(RATES)) {
    await client.query(
      `INSERT INTO fx_rates SELECT month, 'EUR', $1, $2, 100, 'made up for the demo', month FROM (${months}) AS m ON CONFLICT DO NOTHING`,
      [currency, hundredths],
    )
  }
}

/** A work for each demo track in the catalog. */
export async function seedWorks(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ track_id: string; title: string }>(
    `SELECT track_id, title FROM tracks WHERE isrc LIKE 'XXDEM%' ORDER BY track_id`,
  )
  for (const { track_id, title } of rows) {
    const workId = demoIdOf(`work ${title}`)
    await client.query('INSERT INTO works VALUES ($1, $2) ON CONFLICT DO NOTHING', [workId, title])
    await client.query('INSERT INTO work_recordings VALUES ($1, $2, 1, 1) ON CONFLICT DO NOTHING', [workId, track_id])
  }
}
