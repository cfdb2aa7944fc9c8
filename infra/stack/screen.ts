/** Owns what a long command shows: steps with seconds, redrawn in place on a terminal, plain lines elsewhere. */

/** One thing under way. After `done` or `failed` it says nothing more. */
export interface Step {
  /** The tool's latest line of output, shown beside the elapsed seconds. */
  note(line: string): void
  done(remark?: string): void
  failed(): void
}

export interface Screen {
  step(title: string): Step
  line(text: string): void
  close(): void
}

interface ActiveStep {
  readonly title: string
  readonly startedAt: number
  note: string
  /** When a plain line about it is due next, in ms after its start. */
  nextPlainMs: number
}

const REDRAW_MS = 120
const FIRST_PLAIN_MS = 3_000
const LATER_PLAIN_MS = 10_000
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const TITLE_WIDTH = 26
/** Some tools say all they have done in one line. */
const NOTE_LENGTH = 120

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}

/** Tool output as one printable line: no colours, no control characters. */
export function printableLine(text: string): string {
  const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')
  return Array.from(text.replace(colours, ''), (char) => (char < ' ' ? ' ' : char))
    .join('')
    .trim()
}

export function createScreen(out: NodeJS.WriteStream): Screen {
  const active = new Set<ActiveStep>()
  const live = out.isTTY === true
  let drawn = 0
  let turn = 0
  let timer: NodeJS.Timeout | undefined

  const erase = () => {
    if (drawn > 0) out.write(`\u001b[${drawn}A\u001b[0J`)
    drawn = 0
  }
  const draw = () => {
    const width = Math.max(20, (out.columns || 80) - 1)
    for (const step of active) {
      const mark = SPINNER[turn % SPINNER.length]
      const text = `  ${mark} ${step.title.padEnd(TITLE_WIDTH)} ${seconds(step.startedAt).padStart(7)}  ${step.note}`
      out.write(`${Array.from(text).slice(0, width).join('')}\n`)
      drawn += 1
    }
  }
  const above = (text: string) => {
    if (live) erase()
    out.write(`${text}\n`)
    if (live) draw()
  }
  const tick = () => {
    turn += 1
    if (live) {
      erase()
      draw()
      return
    }
    for (const step of active) {
      const elapsedMs = Date.now() - step.startedAt
      if (elapsedMs < step.nextPlainMs) continue
      step.nextPlainMs = elapsedMs + LATER_PLAIN_MS
      out.write(`  … ${step.title.padEnd(TITLE_WIDTH)} ${seconds(step.startedAt).padStart(7)}  ${step.note}\n`)
    }
  }
  const finish = (step: ActiveStep, mark: string, remark: string) => {
    if (!active.delete(step)) return
    if (active.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    above(`  ${mark} ${step.title.padEnd(TITLE_WIDTH)} ${seconds(step.startedAt).padStart(7)}  ${remark}`.trimEnd())
  }

  return {
    step(title) {
      const step: ActiveStep = { title, startedAt: Date.now(), note: '', nextPlainMs: FIRST_PLAIN_MS }
      active.add(step)
      timer ??= setInterval(tick, REDRAW_MS)
      timer.unref()
      return {
        note(line) {
          const printable = printableLine(line)
          if (printable !== '') step.note = printable.slice(0, NOTE_LENGTH)
        },
        done: (remark = '') => finish(step, '✓', remark),
        failed: () => finish(step, '✗', ''),
      }
    },
    line: above,
    close() {
      clearInterval(timer)
      timer = undefined
      if (live) erase()
      active.clear()
    },
  }
}

/** Says nothing: for tests, whose reporter has the screen. */
export const silentScreen: Screen = {
  step: () => ({ note: () => undefined, done: () => undefined, failed: () => undefined }),
  line: () => undefined,
  close: () => undefined,
}

/** Runs `work` as a step of `screen`; what it returns is shown beside the seconds. */
export async function asStep(
  screen: Screen,
  title: string,
  work: (step: Step) => Promise<string | undefined>,
): Promise<void> {
  const step = screen.step(title)
  try {
    step.done(await work(step))
  } catch (error) {
    step.failed()
    throw error
  }
}
