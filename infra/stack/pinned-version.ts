/** Owns how the version of a part is read from the file that pins it: a pom, a lock file of Python, our own package. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT_ROOT } from './folders.ts'

const found = (file: string, name: string, match: RegExpExecArray | null): string => {
  const version = match?.[1]
  if (version === undefined) throw new Error(`${file} names no version of ${name}`)
  return version
}

export async function versionInPom(pom: string, artifact: string): Promise<string> {
  const pattern = new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)`)
  return found(pom, artifact, pattern.exec(await readFile(pom, 'utf8')))
}

export async function versionInRequirements(file: string, name: string): Promise<string> {
  return found(file, name, new RegExp(`^${name}==([^\\s;]+)`, 'm').exec(await readFile(file, 'utf8')))
}

/** Of an npm package that is a dependency, or of the project itself. */
export async function versionInPackage(name?: string): Promise<string> {
  const file = join(PROJECT_ROOT, 'package.json')
  const own = JSON.parse(await readFile(file, 'utf8')) as { version: string; dependencies: Record<string, string> }
  return name === undefined ? own.version : found(file, name, /(.+)/.exec(own.dependencies[name] ?? ''))
}
