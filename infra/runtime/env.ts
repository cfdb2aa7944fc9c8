/** Owns the reading of the environment: once, typed, frozen, every mistake reported together. */

import { Secret } from './secret.ts'

/** All that is wrong with the environment, one line a variable, each saying what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Reads single variables; a missing or malformed one is noted and reading goes on, so that all are reported at once. */
export interface EnvReader {
  text(name: string, fallback?: string): string
  integer(name: string, range: { min: number; max: number; fallback?: number }): number
  port(name: string, fallback?: number): number
  url(name: string, protocols: readonly string[], fallback?: string): string
  /** Undefined: it is not set. */
  optionalUrl(name: string, protocols: readonly string[]): string | undefined
  list(name: string, fallback?: readonly string[]): readonly string[]
  choice<const T extends string>(name: string, allowed: readonly T[], fallback: T): T
  secret(name: string): Secret
  /** Notes a problem that no single variable shows. */
  refuse(problem: string): void
  /** A URL that may hold a password. */
  secretUrl(name: string, protocols: readonly string[]): Secret
}

/**
 * Builds a configuration from `source` by `shape`.
 * @throws {ConfigError} naming every variable that is missing or malformed.
 */
export function readEnv<T extends object>(source: NodeJS.ProcessEnv, shape: (read: EnvReader) => T): Readonly<T> {
  const problems: string[] = []

  const raw = (name: string): string | undefined => {
    const value = source[name]?.trim()
    return value === '' ? undefined : value
  }
  const required = <T>(name: string, fallback: T | undefined, empty: T): T => {
    if (fallback !== undefined) return fallback
    problems.push(`${name} is not set`)
    return empty
  }
  const checkedUrl = (name: string, value: string, protocols: readonly string[]): string => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (!parsed || !protocols.includes(parsed.protocol.slice(0, -1))) {
      problems.push(`${name} must be a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`)
    }
    return value
  }

  const read: EnvReader = {
    text: (name, fallback) => raw(name) ?? required(name, fallback, ''),
    integer: (name, { min, max, fallback }) => {
      const value = raw(name)
      if (value === undefined) return required(name, fallback, min)
      const number = Number(value)
      if (!Number.isInteger(number) || number < min || number > max) {
        problems.push(`${name} must be a whole number from ${min} to ${max}, not '${value}'`)
      }
      return number
    },
    port: (name, fallback) =>
      read.integer(name, { min: 1, max: 65_535, ...(fallback === undefined ? {} : { fallback }) }),
    url: (name, protocols, fallback) => {
      const value = raw(name) ?? fallback
      return value === undefined ? required(name, undefined, '') : checkedUrl(name, value, protocols)
    },
    optionalUrl: (name, protocols) => {
      const value = raw(name)
      return value === undefined ? undefined : checkedUrl(name, value, protocols)
    },
    list: (name, fallback) => {
      const value = raw(name)
      if (value === undefined) return required(name, fallback, [])
      return value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    },
    choice: (name, allowed, fallback) => {
      const value = raw(name)
      if (value === undefined) return fallback
      const match = allowed.find((item) => item === value)
      if (match === undefined) problems.push(`${name} must be one of ${allowed.join(', ')}, not '${value}'`)
      return match ?? fallback
    },
    refuse: (problem) => {
      problems.push(problem)
    },
    secret: (name) => new Secret(raw(name) ?? required(name, undefined, '')),
    secretUrl: (name, protocols) => {
      const value = raw(name)
      return new Secret(value === undefined ? required(name, undefined, '') : checkedUrl(name, value, protocols))
    },
  }

  const config = shape(read)
  // Two that read the same variable have one problem.
  if (problems.length > 0) throw new ConfigError([...new Set(problems)])
  return Object.freeze(config)
}
