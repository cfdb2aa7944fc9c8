/** Owns the test that each worker by itself is told by the servers that it uses, as its own users of them, that they are there. */

import { expect, inject, test } from 'vitest'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { WORKER_CONFIGS, type WorkerName } from './config.ts'
import { createDependencies } from './dependencies.ts'

const USES: Readonly<Record<WorkerName, readonly string[]>> = {
  ingest: ['kafka', 'clickhouse'],
  royalties: ['kafka', 'postgres'],
  reaper: ['redis', 'kafka'],
  sharing: ['redis', 'kafka', 'postgres'],
  rollups: ['postgres', 'clickhouse'],
  ads: ['redis', 'kafka', 'postgres', 'clickhouse'],
  recommend: ['redis', 'kafka', 'postgres'],
  partitions: ['postgres'],
  jobs: ['postgres'],
  search: ['kafka', 'postgres'],
}

test.each(Object.keys(USES) as WorkerName[])('%s', async (name) => {
  const config = readEnv<object>(inject('stackEnv'), WORKER_CONFIGS[name])
  const dependencies = createDependencies({ [name]: config }, createLogger('test', 'silent'))
  await dependencies.start(new AbortController().signal)
  try {
    const states = () => dependencies.all.map((one) => `${one.name} ${one.state().state}`)
    await expect.poll(states).toEqual(USES[name].map((server) => `${server} up`))
  } finally {
    await dependencies.stop()
  }
})
