/** Owns the table of commands that a clock calls, or whoever installs: those that need servers and no clone of the project. */

import type { Command } from 'commander'
import { backupCommand } from '../../backup/backup-command.ts'
import { retentionCommand } from '../../clickhouse/retention-command.ts'
import { eraseCommand } from '../../personal/erasure/erase-command.ts'
import { exportCommand } from '../../personal/erasure/export-command.ts'
import { keysCommand } from '../../personal/keys-command.ts'
import { auditCommand } from '../../postgres/audit/audit-command.ts'
import { partitionsCommand } from '../../postgres/partitions/partitions-command.ts'
import { schemasCommand } from './schemas.ts'

export const JOBS: readonly (() => Command)[] = [
  schemasCommand,
  partitionsCommand,
  auditCommand,
  keysCommand,
  eraseCommand,
  exportCommand,
  backupCommand,
  retentionCommand,
]
