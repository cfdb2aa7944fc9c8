/** Owns the test of a stream that was paid and flagged after its month was closed, on real servers: it stays paid, once, and four counts agree. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { inTransaction } from '../../../infra/postgres/client.ts'
import { enterStreams } from '../royalty-book.ts'
import { addStreams, type WorldStream, worldStreams } from '../testing/close-world.ts'
import { createWorld, endWorld, MONTH, NEXT, STREAMS, type World } from '../testing/closing-world.ts'
import { endOf } from '../testing/ended-stream.ts'
import { hearStreams } from '../testing/heard-streams.ts'
import { createOwnClickHouse, type OwnClickHouse } from '../testing/own-clickhouse.ts'
import { royalties } from '../testing/royalties-process.ts'

const FLAGS = ['claim-exceeds-elapsed']
let world: World
let env: NodeJS.ProcessEnv
let telemetry: OwnClickHouse

beforeAll(async () => {
  const stack = inject('stackEnv')
  world = await createWorld(stack, 'segue_flagged_since')
  telemetry = await createOwnClickHouse(world.env, 'segue_flagged_since_test')
  env = telemetry.env
})
afterAll(async () => {
  await telemetry?.end()
  await endWorld(world)
})

/** Both books get the same end. */
async function ends(stream: WorldStream, ms: number, flags: readonly string[]): Promise<void> {
  await inTransaction(world.admin, (client) => enterStreams(client, [endOf(stream, ms, flags)]))
  await hearStreams(telemetry.client, [{ ...stream, flags }], ms)
}

async function expectAgreed(month: string, streams: number): Promise<void> {
  const { answer, stderr } = await royalties(env, ['cross-check', month])
  expect(answer, stderr).toMatchObject({ status: 'agree' })
  expect(Object.values(answer.streams as object)).toEqual(Array.from({ length: 6 }, () => streams))
}

test('what a closed month paid stays paid, and is paid once, whatever becomes of its end', async () => {
  const streams = worldStreams(MONTH, STREAMS)
  const later = worldStreams(NEXT, 60, 1_000)
  const counted = (some: readonly WorldStream[]) => some.filter(({ flags }) => flags.length === 0)
  const [flaggedLater, backAgain, flaggedBefore] = counted(streams)
  if (flaggedLater === undefined || backAgain === undefined || flaggedBefore === undefined)
    throw new Error('there are streams')
  await hearStreams(telemetry.client, streams)
  // Flagged before the close: not paid by it.
  await ends(flaggedBefore, 70_000, FLAGS)
  const first = await royalties(env, ['close', MONTH])
  expect(first.code, first.stderr).toBe(0)
  const paid = counted(streams).length - 1
  await expectAgreed(MONTH, paid)

  for (const stream of [flaggedLater, backAgain]) await ends(stream, 80_000, FLAGS)
  await ends(backAgain, 90_000, [])
  // Counts since after the close, and did not before: late.
  await ends(flaggedBefore, 90_000, [])
  await expectAgreed(MONTH, paid)
  const same = await royalties(env, ['close', MONTH])
  expect(same.answer, same.stderr).toMatchObject({ status: 'nothing to do' })

  await addStreams(world.admin, later)
  await hearStreams(telemetry.client, later)
  const next = await royalties(env, ['close', NEXT])
  expect(next.answer, next.stderr).toMatchObject({ status: 'closed', late_streams: 1 })
  const { rows } = await world.admin.query('SELECT stream_id, reason FROM royalty_adjustments')
  expect(rows).toEqual([{ stream_id: flaggedBefore.id, reason: 'longer' }])
  await expectAgreed(NEXT, counted(later).length + 1)
  // What came late and was paid stays paid as well.
  await ends(flaggedBefore, 100_000, FLAGS)
  await expectAgreed(NEXT, counted(later).length + 1)
  await expectAgreed(MONTH, paid)
  const told = await royalties(env, ['explain', flaggedLater.id])
  expect((told.answer.lines as { month: string }[]).map(({ month }) => month)).toEqual([MONTH, MONTH, MONTH, MONTH])
})
