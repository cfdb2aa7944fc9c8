/** Owns the building of the pages: scripts and styles bundled, and the address of each result. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildOnce } from '../../infra/stack/build-once.ts'

/** What is sent for one address. */
export interface Asset {
  readonly body: Uint8Array
  readonly contentType: string
  /** Quoted, as the header has it. */
  readonly etag: string
}

const PAGES = [
  { name: 'player', path: '/' },
  { name: 'dashboard', path: '/dashboard' },
  { name: 'cases', path: '/cases' },
] as const

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

const here = fileURLToPath(new URL('.', import.meta.url))

/** Every page and what it loads, by URL path. Built where they are not those that were built last, which takes well under a second. */
export async function buildPages(): Promise<Map<string, Asset>> {
  const folder = await buildOnce('pages', {
    entryPoints: PAGES.flatMap(({ name }) => [
      { in: `${here}${name}/main.ts`, out: name },
      { in: `${here}${name}/style.css`, out: name },
    ]),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    legalComments: 'none',
  })

  const assets = new Map<string, Asset>()
  for (const name of await readdir(folder))
    assets.set(`/assets/${name}`, assetOf(name, await readFile(`${folder}/${name}`)))
  for (const { name, path } of PAGES)
    assets.set(path, assetOf('index.html', await readFile(`${here}${name}/index.html`)))
  assets.set('/assets/icon.svg', assetOf('icon.svg', await readFile(`${here}icon.svg`)))
  return assets
}

function assetOf(name: string, body: Uint8Array): Asset {
  const contentType = CONTENT_TYPES[name.slice(name.lastIndexOf('.') + 1)]
  if (contentType === undefined) throw new Error(`no content type is known for ${name}`)
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"` }
}
