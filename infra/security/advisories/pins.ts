/** Owns which packages of others the project pins, by ecosystem, read from the files that pin them. */

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PROJECT_ROOT } from '../../stack/folders.ts'

/** As OSV calls them. */
export const ECOSYSTEMS = ['npm', 'PyPI', 'Maven', 'Go'] as const
export type Ecosystem = (typeof ECOSYSTEMS)[number]

export interface Pin {
  readonly ecosystem: Ecosystem
  /** Of Maven `group:artifact`. */
  readonly name: string
  readonly version: string
}

interface LockedPackage {
  readonly name?: string
  readonly version?: string
}

type Read = (text: string) => Pin[]

/** By the name of a file, wherever it lies. A `jars.txt` or `modules.txt` has what a program of its folder brings along. */
const PINNED_IN: readonly { readonly file: RegExp; readonly read: Read }[] = [
  { file: /^package-lock\.json$/, read: npmPins },
  { file: /^requirements[\w.]*\.txt$/, read: (text) => linePins('PyPI', text, /^(?<name>[\w.-]+)==(?<version>\S+)/) },
  { file: /^pom\.xml$/, read: pomPins },
  { file: /^jars\.txt$/, read: (text) => linePins('Maven', text, /^(?<name>[^:\s#]+:[^:\s]+):(?<version>\S+)$/) },
  { file: /^modules\.txt$/, read: (text) => linePins('Go', text, /^(?<name>[^\s#]+) v(?<version>\S+)$/) },
]

/** Of every file that git knows, each package once a version. */
export async function readPins(): Promise<Pin[]> {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT_ROOT, encoding: 'utf8' })
  const pins = new Map<string, Pin>()
  for (const path of listed.split('\0')) {
    const kind = PINNED_IN.find(({ file }) => file.test(basename(path)))
    if (kind === undefined) continue
    const own = kind.read(await readFile(join(PROJECT_ROOT, path), 'utf8'))
    if (own.length === 0) throw new Error(`${path} pins nothing that can be read`)
    for (const pin of own) pins.set(`${pin.ecosystem} ${pin.name} ${pin.version}`, pin)
  }
  return [...pins.values()]
}

/** All that `npm ci` installs, tools as well: under its own name where it is here under another. */
export function npmPins(text: string): Pin[] {
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockedPackage>> }
  return Object.entries(packages).flatMap(([path, { name, version }]) => {
    if (path === '' || version === undefined) return []
    const folder = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return [{ ecosystem: 'npm' as const, name: name ?? folder, version }]
  })
}

/** Dependencies and plugins that are named with a version. */
export function pomPins(text: string): Pin[] {
  const named = /<(dependency|plugin)>(.*?)<\/\1>/gs
  return [...text.matchAll(named)].map(([, , inner = '']) => {
    const of = (tag: string) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(inner)?.[1] ?? ''
    return { ecosystem: 'Maven', name: `${of('groupId')}:${of('artifactId')}`, version: of('version') }
  })
}

function linePins(ecosystem: Ecosystem, text: string, line: RegExp): Pin[] {
  return text.split('\n').flatMap((each) => {
    const { name, version } = line.exec(each)?.groups ?? {}
    return name === undefined || version === undefined ? [] : [{ ecosystem, name, version }]
  })
}
