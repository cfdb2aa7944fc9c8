/** Owns the first step of every command: checks Node, runs `npm ci` when it is due, then hands over to the command line. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Plain JavaScript without packages: it runs before any package is there.
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const NEEDED = [20, 19]

function fail(line) {
  console.error(`segue: ${line}`)
  process.exit(1)
}

function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** What npm wrote into node_modules must be what the lockfile says; packages left out for another platform are optional. */
function packagesMatchTheLockfile() {
  const installedFile = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  const same = (path) =>
    installed[path]?.version === wanted[path].version && installed[path].integrity === wanted[path].integrity
  return Object.keys(wanted).every((path) => {
    if (path === '') return true
    if (installed[path] === undefined) return Boolean(wanted[path].optional || wanted[path].devOptional)
    return same(path)
  })
}

function installPackages() {
  // What a command prints is its answer, for programs to read: all of this is beside it.
  console.error('Installing the npm packages of package-lock.json (npm ci) …')
  const started = Date.now()
  const done = spawnSync('npm', ['ci'], { cwd: ROOT, stdio: ['inherit', process.stderr, 'inherit'] })
  if (done.error) fail(`npm could not be run (${done.error.message}): install npm beside Node, then run this again`)
  if (done.signal) process.exit(130)
  if (done.status !== 0)
    fail(`npm ci failed with exit code ${done.status}: see its lines above, mend that and run this again`)
  console.error(`npm packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

if (!nodeIsNewEnough()) {
  fail(
    `Node ${NEEDED.join('.')} or later is needed, this is ${process.versions.node}: install Node 20 and run this again`,
  )
}
if (!packagesMatchTheLockfile()) installPackages()

// The command line runs in this process, not in a child: a signal then reaches what it is meant for, once.
const { register } = await import('tsx/esm/api')
register()
await import('../cli/main.ts')
