/** Owns the test of `segue royalties explain` as a person runs it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { postTransfers } from '../../../infra/postgres/ledger/post-transfers.ts'
import {
  createLedgerWorld,
  holderOf,
  type LedgerWorld,
  share,
} from '../../../infra/postgres/ledger/testing/ledger-world.ts'
import { transferIdOf } from '../../../infra/postgres/ledger/transfer.ts'
import { PROJECT_ROOT } from '../../../infra/stack/folders.ts'

let world: LedgerWorld
beforeAll(async () => {
  world = await createLedgerWorld(inject('stackEnv'), 'segue_explain_test', 2)
})
afterAll(async () => {
  await world?.end()
})

async function explain(...words: string[]) {
  const child = spawn(
    process.execPath,
    [join(PROJECT_ROOT, 'infra/stack/bootstrap.mjs'), 'royalties', 'explain', ...words],
    {
      env: { ...process.env, ...inject('stackEnv'), ...world.database.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const said = { out: '', err: '' }
  child.stdout.on('data', (part: Buffer) => {
    said.out += part.toString()
  })
  child.stderr.on('data', (part: Buffer) => {
    said.err += part.toString()
  })
  const [code] = await once(child, 'close')
  return { code, ...said }
}

test('a transfer is told by its postings, a line each; what is not there by a sentence', async () => {
  const transfer = share(transferIdOf('explained'), 1, 7n)
  expect(await postTransfers(world.finance, [transfer])).toMatchObject({ ok: true })
  const told = await explain('--transfer', transfer.transferId)
  const lines = told.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect([told.code, told.err]).toEqual([0, ''])
  expect(lines).toMatchObject([
    { posting: { accountKind: 'pool', amountMicros: '7', isrc: 'ZZSEG2600001' } },
    { posting: { accountKind: 'payable', amountMicros: '-7', holderId: holderOf(1), enteredBy: 'segue_finance' } },
  ])
  expect(await explain('--transfer', transferIdOf('nobody'))).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('has no postings'),
  })
  expect(await explain('--stream', transferIdOf('nobody'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not count'),
  })
  expect(await explain()).toMatchObject({ code: 1, err: expect.stringContaining('give one of') })
}, 120_000)
