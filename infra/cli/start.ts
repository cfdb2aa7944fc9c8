/** Owns `segue start`: the whole stack up, its addresses on the screen, everything down again at Ctrl-C. */

import { Command } from 'commander'
import { loadDemoCatalog } from '../demo/load-demo-catalog.ts'
import { PEOPLE } from '../issuer/people.ts'
import { isConfigured } from '../stack/environment.ts'
import { cacheFolder, dataFolder, inDataFolder } from '../stack/folders.ts'
import { portsFrom } from '../stack/ports.ts'
import type { StackProblem } from '../stack/problem.ts'
import { createScreen, type Screen } from '../stack/screen.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { createSupervisor } from '../stack/supervisor.ts'
import { boxed } from './box.ts'
import { onInterruption } from './interruption.ts'

interface StartOptions {
  readonly demo: boolean
}

export function startCommand(): Command {
  return new Command('start')
    .description('install what is missing, start every server, the gateway and the workers, and load the demo catalog')
    .option('--no-demo', 'leave an empty catalog empty')
    .action(start)
}

async function start({ demo }: StartOptions): Promise<void> {
  const beganMs = Date.now()
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const broken = new AbortController()
  const signal = AbortSignal.any([interruption.signal, broken.signal])
  let stack: Stack | undefined
  let up = false

  const onDeath = createSupervisor({
    screen,
    signal,
    restart: async (name) => await stack?.restart(name),
    giveUp: (problem: StackProblem) => broken.abort(problem),
  })
  try {
    screen.line('Starting Segue')
    stack = await startStack({
      dataDir: dataFolder(process.env),
      cacheDir: cacheFolder(process.env),
      ports: portsFrom(process.env),
      source: process.env,
      parts: 'all',
      screen,
      signal,
      onDeath,
    })
    if (demo) await loadDemo(stack, screen, signal)
    screen.line(welcome(stack, Date.now() - beganMs))
    up = true
    await aborted(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await stopAll(stack, screen)
    screen.close()
    interruption.end()
  }
  // Ctrl-C is how it is meant to end, but one that never was up must not look like a success to a script.
  if (!up) process.exitCode = interruption.exitCode
  if (broken.signal.aborted) throw broken.signal.reason
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  // A promise alone does not keep a process alive; the parts are watched, but they are not held open for us.
  const alive = setInterval(() => undefined, 60_000)
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  clearInterval(alive)
}

async function stopAll(stack: Stack | undefined, screen: Screen): Promise<void> {
  if (stack === undefined) return
  const beganMs = Date.now()
  screen.line('\nStopping …')
  await stack.stop()
  screen.line(`Stopped in ${((Date.now() - beganMs) / 1000).toFixed(1)} s; the data stays in ${stack.dataDir}`)
}

async function loadDemo(stack: Stack, screen: Screen, signal: AbortSignal): Promise<void> {
  const step = screen.step('Demo catalog')
  try {
    const { tracks } = await loadDemoCatalog(stack.env, step.note, { signal })
    step.done(tracks === 0 ? 'there is music already' : `${tracks} tracks`)
  } catch (error) {
    step.failed()
    if (signal.aborted) throw error
    // Music that is missing is no reason to take down what runs.
    const why = error instanceof Error ? error.message : String(error)
    screen.line(`  the demo catalog is not whole: ${why}; npm run segue -- demo finishes it`)
  }
}

function welcome(stack: Stack, tookMs: number): string {
  const page = `http://${stack.env.SEGUE_GATEWAY_HOST}:${stack.env.SEGUE_GATEWAY_PORT}`
  const analyst = PEOPLE.find((person) => person.roles.includes('analyst'))
  const known = analyst !== undefined && !isConfigured('issuer', process.env)
  const rows = [
    ['Player', `${page}/`],
    ['Dashboard', `${page}/dashboard${known ? `  (sign in as ${analyst.name})` : ''}`],
    ['Data', stack.dataDir],
    ['Logs', inDataFolder.logs(stack.dataDir)],
    ['To stop', 'Ctrl-C'],
  ] as const
  return `\nSegue is up, after ${(tookMs / 1000).toFixed(1)} s\n\n${boxed(rows)}`
}
