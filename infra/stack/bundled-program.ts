/** Owns how a program that must start fast is launched: its modules in one file, which Node reads several times as fast as it reads them one by one through tsx. */

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { buildOnce } from './build-once.ts'
import { PROJECT_ROOT } from './folders.ts'
import type { Launch } from './part.ts'

/** A module that reads a file beside it looks where its source lies. */
const whereItWas: Plugin = {
  name: 'where-it-was',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      return { contents, loader: 'ts' }
    })
  },
}

const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'none',
  // They are, or look for, files of their own.
  external: ['uWebSockets.js', 'esbuild', 'msgpackr-extract', '@platformatic/kafka'],
  plugins: [whereItWas],
  // Of packages in CommonJS.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
} as const satisfies BuildOptions

/** As `nodeProgram`; bundled first, where its sources are not those that were bundled last. */
export async function bundledProgram(
  file: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Launch> {
  return { command: process.execPath, args: [...flags, await bundleOf(file)], env: { ...process.env, ...env } }
}

/** The one file of the program `file` (relative to the project). */
export async function bundleOf(file: string): Promise<string> {
  const name = file.replace(/\.ts$/, '').replaceAll('/', '-')
  const folder = await buildOnce(name, { ...OPTIONS, entryPoints: [join(PROJECT_ROOT, file)] })
  return join(folder, 'main.js')
}
