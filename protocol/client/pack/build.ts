/** Owns building `@segue/player`: one ES module for browsers and Node, one for what only Node can do, their types, and the package.json. */

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { declarationsOf } from './declarations.ts'

const { resolve } = createRequire(import.meta.url)
const here = fileURLToPath(new URL('.', import.meta.url))
const protocol = join(here, '../..')
/** What a consumer imports, by its name below the package's. */
const ENTRIES = [
  { name: '.', file: 'index.js', source: join(here, '../index.ts'), platform: 'browser' },
  { name: './node', file: 'node.js', source: join(here, '../node/index.ts'), platform: 'node' },
] as const

/** Writes the package to `folder`, which is emptied first. */
export async function buildSdk(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const { file, source, platform } of ENTRIES) {
    await build({
      entryPoints: [source],
      outfile: join(folder, file),
      bundle: true,
      format: 'esm',
      platform,
      target: platform === 'node' ? ['node20'] : ['chrome110', 'firefox115', 'safari16.4', 'node20'],
      legalComments: 'inline',
      logLevel: 'silent',
    })
  }
  const [{ source: main }, ...others] = ENTRIES
  const declarations = await declarationsOf(
    protocol,
    main,
    others.map(({ source }) => source),
  )
  for (const [path, text] of declarations) {
    const file = join(folder, 'types', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  await copyFile(join(here, 'README.md'), join(folder, 'README.md'))
  // It is in the bundle, and its licence asks to be named.
  await copyFile(join(dirname(resolve('msgpackr')), '../LICENSE'), join(folder, 'LICENSE.msgpackr'))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
}

async function manifest(): Promise<object> {
  const project = JSON.parse(await readFile(join(protocol, '../package.json'), 'utf8'))
  return {
    name: '@segue/player',
    version: project.version,
    description: 'Plays music from a Segue gateway: one session over sockets that come and go.',
    license: project.license,
    type: 'module',
    sideEffects: false,
    exports: { ...Object.fromEntries(ENTRIES.map(exported)), './package.json': './package.json' },
    types: typesOf(ENTRIES[0].source),
    files: [...ENTRIES.map(({ file }) => file), 'types', 'LICENSE.msgpackr'],
  }
}

const typesOf = (source: string) => `./types/${relative(protocol, source).replace(/\.ts$/, '.d.ts')}`

const exported = ({ name, file, source }: (typeof ENTRIES)[number]) => [
  name,
  { types: typesOf(source), default: `./${file}` },
]

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(here, '../dist')
  await buildSdk(folder)
  console.log(`@segue/player is built: npm pack ${folder}`)
}
