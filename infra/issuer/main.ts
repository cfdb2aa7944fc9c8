/** Owns the entry of the development issuer. SIGHUP reads the signing keys again. */

import { ConfigError, readEnv } from '../runtime/env.ts'
import { runUntilSignal } from '../runtime/lifecycle.ts'
import { createLogger } from '../runtime/log.ts'
import { issuerConfig } from './config.ts'
import { issuerService } from './issuer-service.ts'

const log = createLogger('issuer')
try {
  const service = issuerService(readEnv(process.env, issuerConfig), log)
  process.on('SIGHUP', () => {
    service.reload().catch((error: unknown) => log.error({ err: error }, 'keys not read; the former ones stay'))
  })
  await runUntilSignal([service], log)
  process.exit(0)
} catch (error) {
  if (error instanceof ConfigError) log.fatal(error.message)
  else log.fatal({ err: error }, 'issuer does not run')
  process.exit(1)
}
