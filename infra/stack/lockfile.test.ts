/** Owns the test that the lockfile is whole: `npm ci` refuses one that lacks an optional package of another platform. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from './folders.ts'

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

test('package-lock.json has an entry for every optional package it names', async () => {
  const { packages } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as Lockfile
  const named = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  const has = (name: string) => Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`))
  // npm drops one from the file when a registry does not carry it, and fails for it at the next clean install.
  expect(named.filter((name) => !has(name))).toEqual([])
})
