/** Owns what esbuild makes of our sources: made once, and kept in a folder until one of them is another. */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { BuildOptions } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..', '..')
/** Inside `node_modules`, so that what is built there finds the packages that it leaves out. */
const KEPT_IN = join(ROOT, 'node_modules', '.cache', 'segue')
/** A program may have been told of a folder and not have read it yet. */
const OUTDATED_KEPT_MS = 3_600_000

type Sources = readonly string[]

/** Returns the folder that holds the files, by their base names. */
export async function buildOnce(name: string, options: BuildOptions): Promise<string> {
  const recipe = join(KEPT_IN, `${name}.json`)
  const known = await readOr(recipe, undefined)
  if (known !== undefined) {
    const folder = await folderFor(name, options, JSON.parse(known) as Sources)
    if (folder !== undefined && (await modifiedMs(folder)) !== undefined) return folder
  }
  // Not needed where all is built: it costs a start more than all else here.
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    outdir: KEPT_IN,
    logLevel: 'silent',
    ...options,
    metafile: true,
    write: false,
  })
  // Packages are told apart by the lockfile.
  const sources = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/'))
  const folder = await folderFor(name, options, sources)
  if (folder === undefined) throw new Error(`the sources of ${name} went away while they were built`)
  const aside = `${folder}.${process.pid}.new`
  await mkdir(aside, { recursive: true })
  for (const { path, contents } of outputFiles) await writeFile(join(aside, basename(path)), contents)
  // Another process may have built the same: one of the two stays.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }))
  await writeFile(`${recipe}.${process.pid}`, JSON.stringify(sources))
  await rename(`${recipe}.${process.pid}`, recipe)
  await sweep(name, folder)
  return folder
}

/** By the options, plugins among them, and all that is read. Undefined: a source is gone. */
async function folderFor(name: string, options: BuildOptions, sources: Sources): Promise<string | undefined> {
  const hash = createHash('sha256').update(
    JSON.stringify(options, (_key, value) => (typeof value === 'function' ? `${value}` : value)),
  )
  for (const path of [...sources, 'package-lock.json']) {
    const text = await readOr(join(ROOT, path), undefined)
    if (text === undefined) return undefined
    hash.update(`${relative(ROOT, path)}\0${text}\0`)
  }
  return join(KEPT_IN, `${name}-${hash.digest('hex').slice(0, 16)}`)
}

async function readOr<T>(path: string, otherwise: T): Promise<string | T> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}

async function modifiedMs(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs
}

async function sweep(name: string, current: string): Promise<void> {
  for (const entry of await readdir(KEPT_IN)) {
    const path = join(KEPT_IN, entry)
    const isOfName = entry.startsWith(`${name}-`) && dirname(path) === KEPT_IN && path !== current
    if (!isOfName) continue
    const builtMs = await modifiedMs(path)
    if (builtMs !== undefined && builtMs < Date.now() - OUTDATED_KEPT_MS)
      await rm(path, { recursive: true, force: true })
  }
}
