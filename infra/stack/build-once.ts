/** Owns what esbuild makes of our sources: made once, and kept in a folder until one of them is another. */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { hasErrno } from './errno.ts'
import { PROJECT_ROOT } from './folders.ts'
import { exists, installAside } from './install-aside.ts'

/** Inside `node_modules`, so that what is built there finds the packages that it leaves out. */
const KEPT_IN = join(PROJECT_ROOT, 'node_modules', '.cache', 'segue')
/** A program may have been told of a folder and not have read it yet. */
const OUTDATED_KEPT_MS = 3_600_000

/** Relative to the project. */
type Sources = readonly string[]

/** By name: gateways that one process starts at the same moment wait for one build. */
const underWay = new Map<string, Promise<string>>()

/** Returns the folder that holds the files, by their base names. */
export function buildOnce(name: string, options: BuildOptions): Promise<string> {
  const building = underWay.get(name) ?? builtOrKept(name, options).finally(() => underWay.delete(name))
  underWay.set(name, building)
  return building
}

async function builtOrKept(name: string, options: BuildOptions): Promise<string> {
  const listFile = join(KEPT_IN, `${name}.json`)
  const list = await textOf(listFile)
  if (list !== undefined) {
    const folder = await folderFor(name, options, JSON.parse(list) as Sources)
    if (folder !== undefined && (await exists(folder))) return folder
  }
  // Not needed where all is built: it costs a start more than all else here.
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT_ROOT,
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
  await mkdir(KEPT_IN, { recursive: true })
  await installAside(folder, async (aside) => {
    for (const { path, contents } of outputFiles) await writeFile(join(aside, basename(path)), contents)
  })
  await writeFile(`${listFile}.${process.pid}`, JSON.stringify(sources))
  await rename(`${listFile}.${process.pid}`, listFile)
  await sweep(name, folder)
  return folder
}

/** By the options, plugins among them, and all that is read. Undefined: a source is gone. */
async function folderFor(name: string, options: BuildOptions, sources: Sources): Promise<string | undefined> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify(options, (_key, value) => (typeof value === 'function' ? `${value}` : value)))
  for (const path of [...sources, 'package-lock.json']) {
    const text = await textOf(join(PROJECT_ROOT, path))
    if (text === undefined) return undefined
    hash.update(`${path}\0${text}\0`)
  }
  return join(KEPT_IN, `${name}-${hash.digest('hex').slice(0, 16)}`)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** What was built of older sources, unless it is young. */
async function sweep(name: string, current: string): Promise<void> {
  const youngMs = Date.now() - OUTDATED_KEPT_MS
  for (const entry of await readdir(KEPT_IN)) {
    const path = join(KEPT_IN, entry)
    // Another process may sweep, too.
    if (!entry.startsWith(`${name}-`) || path === current || !(await exists(path))) continue
    if ((await stat(path)).mtimeMs < youngMs) await rm(path, { recursive: true, force: true })
  }
}
