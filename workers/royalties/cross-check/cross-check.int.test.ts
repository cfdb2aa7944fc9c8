/** Owns the tests of what is asked of a closed month: whether four counts agree, whether its files are whole, and from where a cent came. */

import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createMinioClient } from '../../../infra/minio/client.ts'
import { bucketNames, minioConfig } from '../../../infra/minio/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import type { Finding } from '../close/findings.ts'
import { HOLDERS, type WorldStream, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, MONTH, STREAMS, type World } from '../testing/closing-world.ts'
import { hearStreams } from '../testing/heard-streams.ts'
import { createOwnClickHouse, type OwnClickHouse } from '../testing/own-clickhouse.ts'
import { royalties } from '../testing/royalties-process.ts'

const stack = inject('stackEnv')
const streams = worldStreams(MONTH, STREAMS)
let world: World
let env: NodeJS.ProcessEnv
let telemetry: OwnClickHouse

beforeAll(async () => {
  world = await createWorld(stack, 'segue_cross_check')
  telemetry = await createOwnClickHouse(world.env, 'segue_cross_check_test')
  env = telemetry.env
  const { code, stderr } = await royalties(env, ['close', MONTH])
  expect(code, stderr).toBe(0)
})
afterAll(async () => {
  await telemetry?.end()
  await endWorld(world)
})

/** The close puts and reads, and takes nothing away. */
function asAdmin() {
  const config = readEnv(env, (read) => ({ admin: minioConfig(read, 'admin'), buckets: bucketNames(read) }))
  return { minio: createMinioClient(config.admin), bucket: config.buckets.reports }
}

const hear = (some: readonly WorldStream[]) => hearStreams(telemetry.client, some)

test('two streams that ClickHouse has not are found and named, and then all agree', async () => {
  const [first, second] = streams.filter(({ flags }) => flags.length === 0)
  if (first === undefined || second === undefined) throw new Error('there are streams')
  await hear(streams.filter((one) => one !== first && one !== second))
  const differ = await royalties(env, ['cross-check', MONTH])
  expect(differ.code).toBe(1)
  const findings = differ.answer.findings as { name: string; what: string; streams: string[] }[]
  expect(new Set(findings.map(({ name }) => name))).toEqual(new Set(['streams-differ']))
  expect(findings.flatMap((finding) => finding.streams).sort()).toEqual([first.id, second.id].sort())
  await hear([first, second])
  const { code, answer, stderr } = await royalties(env, ['cross-check', MONTH])
  expect(code, stderr).toBe(0)
  const counted = streams.filter(({ flags }) => flags.length === 0).length
  expect(Object.values(answer.streams as object)).toEqual(Array.from({ length: 6 }, () => counted))
})

test('money that differs is found in lines, streams and reports, each with its streams', {
  timeout: 240_000,
}, async () => {
  const { admin } = world
  const { minio, bucket } = asAdmin()
  const idsOf = (isWanted: (one: WorldStream) => boolean) =>
    streams.filter((one) => one.flags.length === 0 && isWanted(one)).map(({ id }) => id)
  // Nobody who may only do right could.
  await admin.query('ALTER TABLE royalty_lines DISABLE TRIGGER USER')
  const spoilLine = (by: number) =>
    admin.query(
      `UPDATE royalty_lines SET amount_micros = amount_micros + $1 WHERE kind = 'share' AND rights = 'composition' AND isrc = 'QMSEG2600001' AND territory = 'DE' AND tier = 'individual' AND holder_id = $2`,
      [by, HOLDERS.author],
    )
  const moved = streams.find((one) => one.flags.length === 0 && one.isrc === 'QMSEG2600002' && one.territory === 'JP')
  const moveTo = (isrc: string) =>
    admin.query('UPDATE royalty_streams SET isrc = $1 WHERE stream_id = $2', [isrc, moved?.id])
  const { rows } = await admin.query<{ key: string }>(`SELECT object_key AS key FROM royalty_files WHERE kind = 'dsr'`)
  const isOfLabel = (cells: readonly string[]) => cells[0] === 'SY02.02' && cells[6] === 'JP' && cells[18] === 'L-100'
  let [key, text, spoiled] = ['', '', '']
  for (const { key: one } of rows) {
    const object = await world.reports.get(one)
    const lines = object === undefined ? [] : (await buffer(object)).toString().split('\n')
    if (!lines.some((line) => isOfLabel(line.split('\t')))) continue
    // The part of the contract in the pool, a millionth off.
    const off = lines.map((line) => {
      const cells = line.split('\t')
      return isOfLabel(cells)
        ? cells.with(15, `${cells[15]?.slice(0, -1)}${cells[15]?.endsWith('1') ? 2 : 1}`).join('\t')
        : line
    })
    ;[key, text, spoiled] = [one, lines.join('\n'), off.join('\n')]
  }
  const put = (content: string) => minio.putObject(bucket, key, Buffer.from(content), Buffer.byteLength(content))
  expect(spoiled).not.toBe(text)
  try {
    await spoilLine(7)
    await moveTo('QMSEG2600003')
    await put(spoiled)
    const { code, answer } = await royalties(env, ['cross-check', MONTH])
    expect(code).toBe(1)
    const findings = answer.findings as Finding[]
    const line = findings.find(({ what }) =>
      what.startsWith('of the composition QMSEG2600001 in DE, individual the lines'),
    )
    expect(line?.name).toBe('money-differs')
    const ofLine = idsOf((one) => one.isrc === 'QMSEG2600001' && one.territory === 'DE' && one.tier === 'individual')
    expect(line?.streams).toEqual(ofLine.toSorted().slice(0, 50))
    const contract = findings.find(({ what }) => what.startsWith('share of L-100, JP, individual: the ledger has '))
    expect(contract?.name).toBe('money-differs')
    // All that the contract pays, as the books have it: all tracks but one.
    const ofContract = idsOf((one) => one.isrc !== 'QMSEG2600004' && one.territory === 'JP')
    expect(contract?.streams).toEqual(ofContract.toSorted().slice(0, 50))
    const row = findings.filter(({ name }) => name === 'streams-differ')
    expect(row.map(({ what }) => what.split(':')[0])).toEqual(
      ['QMSEG2600002', 'QMSEG2600003'].map((isrc) => `${isrc} in JP, individual`),
    )
    for (const { streams: named } of row) expect(named).toEqual([moved?.id])
    expect(findings.filter(({ name }) => name === 'money-differs')).toHaveLength(2)
    expect(findings.find(({ name }) => name === 'object-differs')?.what).toContain(key)
  } finally {
    await spoilLine(-7)
    await moveTo('QMSEG2600002')
    await put(text)
  }
  await admin.query('ALTER TABLE royalty_lines ENABLE TRIGGER USER')
  const { code, stderr } = await royalties(env, ['cross-check', MONTH])
  expect(code, stderr).toBe(0)
})

test('a file that is gone is put again, to the byte; one that was changed is told, and left', {
  timeout: 240_000,
}, async () => {
  const { minio, bucket } = asAdmin()
  const { rows } = await world.admin.query<{ key: string }>(
    `SELECT object_key AS key FROM royalty_files WHERE kind IN ('dsr', 'statement-pdf') ORDER BY kind, 1`,
  )
  const [gone, , changed] = rows.map(({ key }) => key)
  const pdf = rows.at(-1)?.key ?? ''
  const { rows: inputs } = await world.admin.query<{ key: string }>(
    `SELECT object_key AS key FROM royalty_files WHERE kind = 'inputs'`,
  )
  for (const key of [gone, pdf, inputs[0]?.key]) await minio.removeObject(bucket, key ?? '')
  await minio.putObject(bucket, changed ?? '', Buffer.from('HEAD\n'), 5)
  const found = await royalties(env, ['cross-check', MONTH])
  expect(found.code).toBe(1)
  expect(found.answer).toMatchObject({
    findings: expect.arrayContaining([
      expect.objectContaining({ name: 'object-missing', what: `${gone} is not in the store` }),
      expect.objectContaining({ name: 'object-differs' }),
    ]),
  })
  const { rows: closes } = await world.admin.query<{ run: string }>('SELECT run_id AS run FROM royalty_runs')
  const unknown = await royalties(env, ['explain', `${closes[0]?.run}/1`])
  expect(unknown.code).toBe(1)
  expect(unknown.answer).toMatchObject({
    findings: [{ name: 'inputs-missing', what: `${inputs[0]?.key} is not in the store` }],
  })
  const put = await royalties(env, ['export', MONTH])
  expect(put.code).toBe(1)
  expect(put.answer).toMatchObject({
    put_again: [inputs[0]?.key, pdf, gone].sort(bySpot),
    findings: [{ name: 'object-differs' }],
  })
  await minio.removeObject(bucket, changed ?? '')
  const again = await royalties(env, ['export', MONTH])
  expect(again.answer, again.stderr).toMatchObject({ status: 'whole', put_again: [changed] })
  const whole = await royalties(env, ['export', MONTH])
  expect(whole.answer).toMatchObject({ status: 'whole', put_again: [] })
  expect((await royalties(env, ['cross-check', MONTH])).code).toBe(0)

  /** Inputs first, then as documents are made: statements before reports. */
  function bySpot(a = '', b = ''): number {
    const spot = (key: string) => ['inputs', '/statements/', '/dsr/'].findIndex((part) => key.includes(part))
    return spot(a) - spot(b)
  }
})

test('a line of a statement is told by its streams and its fraction, and a stream by its lines', {
  timeout: 240_000,
}, async () => {
  const { rows } = await world.admin.query<{
    reference: string
    streams: number
    micros: string
    isrc: string
    transfer: string
  }>(
    `SELECT l.run_id || '/' || l.line AS reference, l.streams::int, l.amount_micros::text AS micros, l.isrc,
            (SELECT e.transfer_id || '/' || e.posting FROM ledger_entries e WHERE e.run_id = l.run_id AND e.isrc = l.isrc AND e.territory = l.territory
                AND e.tier = l.tier AND e.rights = l.rights AND e.kind = 'share' AND e.holder_id = l.holder_id AND e.contract_id = l.contract_id) AS transfer
       FROM royalty_lines l WHERE l.kind = 'share' AND l.amount_micros > 0 ORDER BY l.line LIMIT 1`,
  )
  const [line] = rows
  const told = await royalties(env, ['explain', line?.reference ?? ''])
  expect(told.code, told.stderr).toBe(0)
  const [explained] = told.answer.lines as {
    pool: { exact_micros: string }
    streams_of_line: { id: string; isrc: string }[]
  }[]
  expect(explained?.streams_of_line).toHaveLength(line?.streams ?? -1)
  const [num = '0', den = '1'] = explained?.pool.exact_micros.split('/') ?? []
  const exact = Number((BigInt(num) * 1_000n) / BigInt(den)) / 1_000
  expect(Math.abs(exact - Number(line?.micros))).toBeLessThan(2)
  const byPosting = await royalties(env, ['explain', line?.transfer ?? ''])
  expect(byPosting.answer).toMatchObject({ about: 'posting', lines: [{ reference: line?.reference }] })
  const [stream] = explained?.streams_of_line ?? []
  const back = await royalties(env, ['explain', stream?.id ?? ''])
  expect((back.answer.lines as { reference: string }[]).map(({ reference }) => reference)).toContain(line?.reference)
  const { rows: paid } = await world.admin.query<{ payout: string; lines: number }>(
    `SELECT e.transfer_id AS payout, (SELECT count(*) FROM royalty_lines l WHERE l.holder_id = e.holder_id AND l.amount_micros > 0)::int AS lines
       FROM ledger_entries e WHERE e.kind = 'payout' AND e.account_kind = 'payable' LIMIT 1`,
  )
  const payout = await royalties(env, ['explain', paid[0]?.payout ?? ''])
  expect(payout.answer).toMatchObject({ about: 'posting', posting: { kind: 'payout' } })
  expect(payout.answer.lines).toHaveLength(paid[0]?.lines ?? -1)
  const nothing = await royalties(env, ['explain', 'cent'])
  expect(nothing.code).toBe(1)
  expect(nothing.stderr).toContain('is no line of a statement')
})
