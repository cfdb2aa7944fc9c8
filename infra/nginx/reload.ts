/** Owns having a running edge read its configuration and certificates again: no socket is lost by it, and what is not usable changes nothing. */

import { spawnSync } from 'node:child_process'
import { readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { asOrdinaryUser } from '../stack/ordinary-user.ts'
import { StackProblem } from '../stack/problem.ts'
import { signalProcess } from '../stack/process-record.ts'
import { descendantsOf } from '../stack/process-tree.ts'
import { ensureCertificates } from './certificates.ts'
import { CONFIGURATION, nginxLaunch, writeConfiguration } from './server.ts'
import type { Edge } from './settings.ts'

const BEGUN_WITHIN_MS = 10_000
const ASK_EVERY_MS = 50

/**
 * Writes the configuration of `edge` anew, renews certificates that end soon, and waits until new connections get both. Sockets stay where they are.
 * @throws {StackProblem} when it does not run, or NGINX would not take the configuration: it goes on with the one that it has.
 */
export async function reloadEdge(edge: Edge, cacheDir: string): Promise<void> {
  const master = await masterIn(edge.folder)
  await ensureCertificates(dirname(edge.certificate))
  const tried = `${CONFIGURATION}.new`
  try {
    await writeConfiguration(edge, tried)
    await tryOut(edge.folder, cacheDir, tried)
    await rename(join(edge.folder, tried), join(edge.folder, CONFIGURATION))
  } finally {
    await rm(join(edge.folder, tried), { force: true })
  }
  const before = new Set(await descendantsOf(master))
  signalProcess(master, 'SIGHUP')
  for (const deadline = Date.now() + BEGUN_WITHIN_MS; Date.now() < deadline; await wait(ASK_EVERY_MS)) {
    if ((await descendantsOf(master)).some((worker) => !before.has(worker))) return
  }
  throw new StackProblem(`NGINX has begun no new workers in ${BEGUN_WITHIN_MS / 1000} s: its log says why`)
}

/** The process that its file names, if it is the one that was started there: after a crash the number may be somebody else's. */
async function masterIn(folder: string): Promise<number> {
  const pid = Number(await readFile(join(folder, 'nginx.pid'), 'utf8').catch(() => ''))
  const title = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : ''
  if (!title.startsWith('nginx: master process') || !title.includes(folder)) {
    throw new StackProblem('the edge does not run: start it with npm run stack -- nginx')
  }
  return pid
}

async function tryOut(folder: string, cacheDir: string, configuration: string): Promise<void> {
  const { command, args, env, notAsRoot } = await nginxLaunch(folder, cacheDir, configuration)
  const words = [command, ...args, '-t', '-q']
  const [program = '', ...rest] = notAsRoot === true ? asOrdinaryUser(words) : words
  // It opens what it logs to, which a pipe of ours would not let it.
  const { status, stderr, error } = spawnSync(program, rest, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0) return
  const said = error === undefined ? stderr.trim() : String(error)
  throw new StackProblem(`NGINX would not take the configuration, and goes on with the one that it has: ${said}`, error)
}
