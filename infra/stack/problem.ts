/** Owns the failures a person can mend: each is one line that says what is wrong and what to do. */

export class StackProblem extends Error {
  constructor(line: string, cause?: unknown) {
    super(line, cause === undefined ? undefined : { cause })
    this.name = 'StackProblem'
  }
}
