/** Owns which npm packages are shipped, by the lock file, and under which licence each is; and which licences may be shipped. */

export interface ShippedPackage {
  readonly name: string
  readonly version: string
  /** An SPDX expression. */
  readonly licence: string
}

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
}
export type Lockfile = { readonly packages: Readonly<Record<string, Locked>> }

/** Whose package.json does not say it as SPDX does: by the text that comes with it. */
const BY_TEXT: Readonly<Record<string, string>> = {
  'dejavu-fonts-ttf': 'Bitstream-Vera',
  'png-js': 'MIT',
}

/** They ask for their text to go along, and for nothing of ours. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'Bitstream-Vera',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
])

/** All that `npm ci --omit=dev` installs, by name, each once a version. */
export function shippedPackages({ packages }: Lockfile): ShippedPackage[] {
  const shipped = Object.entries(packages).flatMap(([path, { version = '', license, dev }]) => {
    if (path === '' || dev) return []
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return [{ name, version, licence: BY_TEXT[name] ?? license ?? 'not told' }]
  })
  const each = new Map(shipped.map((one) => [`${one.name}@${one.version}`, one]))
  return [...each.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
}

/** Of `A OR B` one that may be shipped is enough; of `A AND B` each must be. */
export function mayBeShipped(licence: string): boolean {
  const plain = licence.replaceAll(/[()]/g, '')
  return plain.split(/ OR /).some((choice) => choice.split(/ AND /).every((one) => PERMISSIVE.has(one.trim())))
}
