/** Owns the test of streams that a closed month has not, on real servers: entered by the worker's own statement, paid by the next month, once. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, inTransaction } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { enterStreams } from '../royalty-book.ts'
import { addStreams, type WorldStream, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, left, MONTH, NEXT, STREAMS, type World } from '../testing/closing-world.ts'
import { endOf } from '../testing/ended-stream.ts'
import { royalties } from '../testing/royalties-process.ts'
import { enteredUntil } from './close-book.ts'
import { monthSpan } from './month-span.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(inject('stackEnv'), 'segue_close_late')
})
afterAll(async () => await endWorld(world))

test('a stream that is longer after its month was closed is paid by the next, once; one that was paid is not paid again', {
  timeout: 300_000,
}, async () => {
  const { admin, env } = world
  const of = worldStreams(MONTH, STREAMS)
  const flagged = of.find(({ flags }) => flags.length > 0)
  const paid = of.find(({ flags }) => flags.length === 0)
  const [unheard] = worldStreams(MONTH, 1, 5_000)
  if (flagged === undefined || paid === undefined || unheard === undefined) throw new Error('there are streams')

  const first = await royalties(env, ['close', MONTH])
  expect(first.code, first.stderr).toBe(0)
  const closed = await left(world)

  const unpaid = await royalties(env, ['explain', flagged.id])
  expect(unpaid.answer, unpaid.stderr).toMatchObject({ about: 'stream', lines: [], not_paid: flagged.flags })
  expect(unpaid.stderr).toContain(`${flagged.id} is kept and not paid: claim-exceeds-elapsed`)

  const entries = await inTransaction(admin, (client) =>
    enterStreams(client, [endOf(flagged, 90_000), endOf(paid, 120_000), endOf(unheard, 45_000)]),
  )
  expect(Object.fromEntries(entries)).toEqual({
    [flagged.id]: 'longer',
    [paid.id]: 'longer',
    [unheard.id]: 'new',
  })
  const again = await royalties(env, ['close', MONTH])
  expect(again.answer, again.stderr).toMatchObject({ status: 'nothing to do' })
  expect(await left(world)).toEqual(closed)

  await addStreams(admin, worldStreams(NEXT, 60, 1_000))
  const next = await royalties(env, ['close', NEXT])
  expect(next.code, next.stderr).toBe(0)
  expect(next.answer).toMatchObject({ late_streams: 2 })
  const { rows: adjustments } = await admin.query(
    'SELECT stream_id, belonged_to::text, entered_in::text, reason FROM royalty_adjustments ORDER BY reason',
  )
  const months = { belonged_to: monthSpan(MONTH).firstDay, entered_in: monthSpan(NEXT).firstDay }
  expect(adjustments).toEqual([
    { stream_id: unheard.id, ...months, reason: 'late' },
    { stream_id: flagged.id, ...months, reason: 'longer' },
  ])
  const { rows: streams } = await admin.query(
    `SELECT to_char(r.month, 'YYYY-MM') AS month, sum(p.streams)::int AS streams
       FROM royalty_pools p JOIN royalty_runs r USING (run_id) WHERE p.rights = 'recording' GROUP BY 1 ORDER BY 1`,
  )
  const counted = (some: readonly WorldStream[]) => some.filter(({ flags }) => flags.length === 0).length
  expect(streams).toEqual([
    { month: MONTH, streams: counted(of) },
    { month: NEXT, streams: counted(worldStreams(NEXT, 60, 1_000)) + 2 },
  ])
  // What the stream earned is told by its id, in the month that paid it.
  const told = await royalties(env, ['explain', flagged.id])
  expect(told.answer, told.stderr).toMatchObject({ about: 'stream' })
  const lines = told.answer.lines as readonly { month: string; rights: string }[]
  expect(new Set(lines.map(({ month, rights }) => `${month} ${rights}`))).toEqual(
    new Set([`${NEXT} recording`, `${NEXT} composition`]),
  )
  expect(told.stderr).toContain(`of ${MONTH}, longer`)
  const { rows: later } = await admin.query(
    'SELECT stream_id FROM royalty_streams_of($1, now()) WHERE adjustment IS NOT NULL',
    [monthSpan(NEXT).nextDay],
  )
  expect(later).toEqual([])
})

test('what is being entered while a month is closed is not passed over: the month ends before it began', async () => {
  const writer = createPool(world.database.url, { applicationName: 'writer', maxConnections: 1 })
  const finance = createPool(readEnv(world.env, (read) => postgresConfig(read, 'finance')).url, {
    applicationName: 'finance',
    maxConnections: 1,
  })
  const client = await writer.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query<{ began: Date }>('SELECT now() AS began')
    const began = rows[0]?.began ?? new Date(0)
    expect((await enteredUntil(finance, new Date())).getTime()).toBeLessThanOrEqual(began.getTime())
    await client.query('COMMIT')
    expect((await enteredUntil(finance, new Date(Date.now() + 60_000))).getTime()).toBeGreaterThan(began.getTime())
  } finally {
    client.release(true)
    await Promise.all([writer.end(), finance.end()])
  }
})
