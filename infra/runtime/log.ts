/** Owns structured logging: one JSON line an entry, no personal data, no log line on the hot path. */

import { type Logger, pino } from 'pino'

export type { Logger }

/** A logger that names its process; `SEGUE_LOG_LEVEL` (trace … silent) sets how much it says, `info` by default. */
export function createLogger(service: string, level = process.env.SEGUE_LOG_LEVEL ?? 'info'): Logger {
  return pino({ name: service, level, base: { service, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime })
}
