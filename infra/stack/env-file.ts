/** Owns the form of `stack.env`: lines of KEY=value, `#` for a remark, readable by a shell's `set -a; . file` as well. */

import { readFile } from 'node:fs/promises'
import { hasErrno } from './errno.ts'
import { writePrivateFile } from './private-file.ts'
import { StackProblem } from './problem.ts'

const LINE = /^(?<key>[A-Za-z_][A-Za-z0-9_]*)=(?<value>.*)$/
/** What a value may hold without quotes in a shell. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]*$/

export type EnvRecord = Readonly<Record<string, string>>

/**
 * Reads the text of an environment file.
 * @throws {StackProblem} naming the first line that is not KEY=value.
 */
export function parseEnvFile(text: string, name: string): EnvRecord {
  const record: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const groups = LINE.exec(trimmed)?.groups
    if (groups?.key === undefined || groups.value === undefined) {
      throw new StackProblem(
        `${name} line ${index + 1} is not KEY=value: mend it, or run npm start to have it written anew`,
      )
    }
    const quoted = /^'(?<inner>.*)'$/.exec(groups.value)?.groups?.inner
    record[groups.key] = quoted === undefined ? groups.value : quoted.replaceAll(`'\\''`, `'`)
  }
  return record
}

export function formatEnvFile(record: EnvRecord): string {
  const quote = (value: string) => (PLAIN.test(value) ? value : `'${value.replaceAll(`'`, `'\\''`)}'`)
  const lines = Object.entries(record).map(([key, value]) => {
    if (value.includes('\n')) throw new StackProblem(`${key} holds a line break: an environment file cannot carry it`)
    return `${key}=${quote(value)}`
  })
  return `# Addresses and secrets of the running stack, written by npm start.\n${lines.join('\n')}\n`
}

export async function writeEnvFile(path: string, record: EnvRecord): Promise<void> {
  await writePrivateFile(path, formatEnvFile(record))
}

/** The record in `path`, or an empty one when no such file is there. */
export async function readEnvFile(path: string): Promise<EnvRecord> {
  try {
    return parseEnvFile(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return {}
    throw error
  }
}
