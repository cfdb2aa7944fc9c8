/** Owns the start of one part: prepared, launched, and asked until it answers or has clearly failed. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, exitText, logTail, startChild, turnLog } from './child.ts'
import type { PartDefinition, StartContext } from './part.ts'
import { StackProblem } from './problem.ts'

const ASK_EVERY_MS = 100

export interface PartStart {
  readonly definition: PartDefinition
  readonly context: StartContext
  readonly logFile: string
  readonly signal: AbortSignal
  /** Told as soon as the process is there, before it answers. */
  onSpawn(child: Child): Promise<void>
}

/**
 * Starts a part.
 * @throws {StackProblem} with the end of its log when it dies or stays silent; it is stopped by then.
 */
export async function startPart(start: PartStart): Promise<Child> {
  const { definition, context, logFile, signal } = start
  signal.throwIfAborted()
  await definition.prepare?.(context)
  await turnLog(logFile)
  const child = await startChild(await definition.launch(context), logFile, definition.stopSignal)
  try {
    await start.onSpawn(child)
    await untilAnswering(start, child)
  } catch (error) {
    await child.stop(definition.stopSignal, definition.stopWithinMs)
    throw error
  }
  return child
}

async function untilAnswering({ definition, context, logFile, signal }: PartStart, child: Child): Promise<void> {
  const deadline = Date.now() + definition.startWithinMs
  while (true) {
    signal.throwIfAborted()
    if (!child.running) throw await failure(definition, `ended at once (${exitText(await child.exited)})`, logFile)
    try {
      await definition.probe(context)
      // Another program on the port could have answered for one that is already dead.
      if (child.running) return
    } catch (error) {
      if (Date.now() > deadline) {
        const waited = definition.startWithinMs / 1000
        throw await failure(definition, `does not answer after ${waited} s (${String(error)})`, logFile)
      }
    }
    await Promise.race([sleep(ASK_EVERY_MS), child.exited])
  }
}

async function failure(definition: PartDefinition, what: string, logFile: string): Promise<StackProblem> {
  const tail = await logTail(logFile)
  const shown =
    tail.length === 0 ? 'its log is empty' : `its log ends with\n${tail.map((line) => `    ${line}`).join('\n')}`
  return new StackProblem(`${definition.title} ${what}: ${shown}\n  all of it is in ${logFile}`)
}
