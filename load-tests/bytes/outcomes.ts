/** Owns the account of what became of each frame: by message, by name in the table of errors, by name in the table of close codes. */

import { CLOSE_CODES } from '../../protocol/close-codes.ts'
import { ERRORS } from '../../protocol/errors.ts'
import { DOWN_MESSAGES } from '../../protocol/messages/down.ts'
import { UP_MESSAGES } from '../../protocol/messages/up.ts'

/** What may become of a frame; a name outside its table is a defect. */
const TABLES = {
  /** What decoding and validation say of the frame alone. */
  accepted: Object.keys(UP_MESSAGES),
  refused: ['malformed_frame', 'unknown_message', 'invalid_message'],
  /** What the gateway does. `internal` is in its tables, and never right. */
  said: Object.keys(DOWN_MESSAGES),
  errors: Object.keys(ERRORS).filter((name) => name !== 'internal'),
  closed: Object.keys(CLOSE_CODES).filter((name) => name !== 'internal'),
} as const satisfies Record<string, readonly string[]>

export type Table = keyof typeof TABLES

/** The account as a message between processes has it. */
export interface Counts {
  readonly frames: number
  readonly tables: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export class Outcomes {
  readonly #counts = new Map<Table, Map<string, number>>()
  frames = 0

  constructor() {
    for (const table of Object.keys(TABLES) as Table[]) this.#counts.set(table, new Map())
  }

  /** False: there is no such row. */
  count(table: Table, name: string): boolean {
    const counts = this.#counts.get(table) ?? new Map<string, number>()
    counts.set(name, (counts.get(name) ?? 0) + 1)
    const rows: readonly string[] = TABLES[table]
    return rows.includes(name)
  }

  of(table: Table, name: string): number {
    return this.#counts.get(table)?.get(name) ?? 0
  }

  counts(): Counts {
    const tables = [...this.#counts].map(([table, counts]) => [table, Object.fromEntries(counts)])
    return { frames: this.frames, tables: Object.fromEntries(tables) }
  }

  add({ frames, tables }: Counts): void {
    this.frames += frames
    for (const [table, counts] of this.#counts) {
      for (const [name, count] of Object.entries(tables[table] ?? {})) {
        counts.set(name, (counts.get(name) ?? 0) + count)
      }
    }
  }

  /** A line for each row that occurred, by table. */
  lines(): string[] {
    const lines: string[] = []
    for (const [table, counts] of this.#counts) {
      if (counts.size === 0) continue
      const rows = [...counts].sort((a, b) => b[1] - a[1])
      lines.push(`${table}:`)
      for (const [name, count] of rows) lines.push(`  ${name.padEnd(26)} ${count.toLocaleString('en').padStart(12)}`)
    }
    return lines
  }
}
