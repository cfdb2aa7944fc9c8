/** Owns the process `clickhouse-bridge`: the ClickHouse engine behind ClickHouse's HTTP interface. */

import { readEnv } from '../../runtime/env.ts'
import { runUntilSignal } from '../../runtime/lifecycle.ts'
import { createLogger } from '../../runtime/log.ts'
import { bridgeConfig } from './config.ts'
import { Bridge } from './service.ts'

const log = createLogger('clickhouse-bridge')
try {
  await runUntilSignal([new Bridge(readEnv(process.env, bridgeConfig), log)], log)
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'the bridge ended')
  process.exitCode = 1
}
