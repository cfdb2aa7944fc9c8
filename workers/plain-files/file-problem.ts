/** Owns how problems of given files are said: which file, which line, what is wrong. */

export class FileProblem extends Error {
  constructor(path: string, line: number | undefined, reason: string, options?: ErrorOptions) {
    super(line === undefined ? `${path}: ${reason}` : `${path}:${line}: ${reason}`, options)
    this.name = 'FileProblem'
  }
}

/** What the system says of a file, as a problem of it. @throws what is a defect here, and no problem of the file. */
export function fileProblemOf(cause: unknown, path: string): FileProblem {
  if (cause instanceof FileProblem) return cause
  if (cause instanceof Error && 'syscall' in cause) return new FileProblem(path, undefined, cause.message, { cause })
  throw cause
}

/** Several at once, one a line of the message. */
class AllProblems extends FileProblem {
  constructor(problems: readonly FileProblem[], after: string) {
    super('', undefined, '')
    this.message = problems.map(({ message }) => message).join('\n') + after
  }
}

/** So many are told at once: who mends a file wants more than the first, and reads no more than a screen. */
const MOST = 20

/** Gathers problems, so that several are told at once. */
export class FileProblems {
  readonly #found: FileProblem[] = []

  /** @throws {FileProblem} when there are as many as are told at once. */
  add(problem: FileProblem): void {
    // What was told before came back from a file that could not be read on.
    if (problem instanceof AllProblems) throw problem
    this.#found.push(problem)
    if (this.#found.length === MOST)
      this.throwAny(`\nThese are the first ${MOST} problems: nothing was read after them.`)
  }

  /** @throws {FileProblem} that says all that were added. */
  throwAny(after = ''): void {
    if (this.#found.length > 0) throw new AllProblems(this.#found, after)
  }
}
