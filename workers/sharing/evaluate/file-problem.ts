/** Owns how a problem of a given file is said: which file, which line, what is wrong. */

export class FileProblem extends Error {
  constructor(path: string, line: number | undefined, reason: string, options?: ErrorOptions) {
    super(line === undefined ? `${path}: ${reason}` : `${path}:${line}: ${reason}`, options)
    this.name = 'FileProblem'
  }
}
