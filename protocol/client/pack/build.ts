/** Owns building `@segue/player`: one ES module for browsers and Node, its types, and its package.json. */

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { declarationsOf } from './declarations.ts'

const { resolve } = createRequire(import.meta.url)
const here = fileURLToPath(new URL('.', import.meta.url))
const protocol = join(here, '../..')
const entry = join(here, '../index.ts')

/** Writes the package to `folder`, which is emptied first. */
export async function buildSdk(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16.4', 'node20'],
    legalComments: 'inline',
    logLevel: 'silent',
  })
  for (const [path, text] of await declarationsOf(protocol, entry)) {
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
  const types = './types/client/index.d.ts'
  return {
    name: '@segue/player',
    version: project.version,
    description: 'Plays music from a Segue gateway: one session over sockets that come and go.',
    license: project.license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types, default: './index.js' }, './package.json': './package.json' },
    types,
    files: ['index.js', 'types', 'LICENSE.msgpackr'],
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(here, '../dist')
  await buildSdk(folder)
  console.log(`@segue/player is built: npm pack ${folder}`)
}
