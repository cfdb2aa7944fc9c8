/** Owns the run of a stack at a terminal: everything up, its addresses on the screen, everything down again at Ctrl-C. */

import { loadDemoCatalog } from '../demo/load-demo-catalog.ts'
import { publishDemoAds } from '../demo/world/publish-demo-ads.ts'
import { seedWorld } from '../demo/world/seed-world.ts'
import { cacheFolder, dataFolder } from '../stack/folders.ts'
import type { ExtraName } from '../stack/part.ts'
import { portsFrom } from '../stack/ports.ts'
import type { StackProblem } from '../stack/problem.ts'
import { createScreen, type Screen } from '../stack/screen.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { StatusBook } from '../stack/status/book.ts'
import { seenScreen } from '../stack/status/seen-screen.ts'
import { type StatusServer, serveStatus } from '../stack/status/serve.ts'
import { createSupervisor } from '../stack/supervisor.ts'
import type { StackWatch } from '../stack/watch.ts'
import { onInterruption } from './interruption.ts'
import { welcome } from './welcome.ts'

export interface StackRun {
  /** `needed`: the servers that the extras need, and no gateway. */
  readonly parts: 'all' | 'needed'
  readonly extras: readonly ExtraName[]
  /** Whether an empty catalog gets the demo music. */
  readonly demo: boolean
}

export async function runStack({ parts, extras, demo }: StackRun): Promise<void> {
  const beganMs = Date.now()
  const screen = seenScreen(createScreen(process.stdout))
  const interruption = onInterruption(screen.line)
  const broken = new AbortController()
  const signal = AbortSignal.any([interruption.signal, broken.signal])
  let stack: Stack | undefined
  let up = false
  const book = new StatusBook(screen)
  let page: StatusServer | undefined
  const watch: StackWatch = {
    ports: ['status'],
    async planned(plan) {
      await book.planned(plan)
      page = await serveStatus(book, plan.ports.status)
      screen.line(`  how each part stands: ${page.url}`)
    },
    became: book.became,
  }

  const onDeath = createSupervisor({
    screen,
    signal,
    restart: async (name) => {
      await stack?.restart(name)
    },
    giveUp: (problem: StackProblem) => broken.abort(problem),
  })
  try {
    screen.line(parts === 'all' ? 'Starting Segue' : `Starting ${extras.join(', ')}`)
    stack = await startStack({
      dataDir: dataFolder(process.env),
      cacheDir: cacheFolder(process.env),
      ports: portsFrom(process.env),
      source: process.env,
      parts,
      extras,
      screen,
      signal,
      watch,
      onDeath,
    })
    book.stackIs('up')
    if (demo) await loadDemo(stack, screen, signal)
    screen.line(welcome({ ...stack, source: process.env }, page?.url ?? '', Date.now() - beganMs))
    up = true
    await aborted(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    book.stackIs('stopping')
    await stopAll(stack, screen)
    book.close()
    await page?.stop()
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
    await seedWorld(stack.env)
    await publishDemoAds(stack.env, step.note, signal)
    step.done(tracks === 0 ? 'there is music already' : `${tracks} tracks`)
  } catch (error) {
    step.failed()
    if (signal.aborted) throw error
    // Music that is missing is no reason to take down what runs.
    const why = error instanceof Error ? error.message : String(error)
    screen.line(`  the demo catalog is not whole: ${why}; npm run segue -- demo finishes it`)
  }
}
