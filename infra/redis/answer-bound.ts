/** Owns the bound on a wait for Redis, counted in turns of a timer: while this process stands still none passes, so that an answer which waits unread is not taken for silence. */

export interface AnswerBoundOptions {
  readonly turnMs: number
  /** A command that is not answered within so many turns fails. */
  readonly answerTurns: number
  /** No answer to anything for so many turns is silence. */
  readonly silenceTurns: number
  onSilence(): void
}

/** As the client library has them. */
export interface Awaited {
  readonly isSettled: boolean
  readonly reject: (error: Error) => void
}

/** What lies before `head` is let go of when it is so much. */
const COMPACT_FROM = 1024

/** One timer for all commands under way. Redis answers in order, so the oldest is the first to be done. */
export class AnswerBound {
  readonly #options: AnswerBoundOptions
  #commands: (Awaited | undefined)[] = []
  #sentIn: number[] = []
  #head = 0
  #turn = 0
  #answeredIn = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: AnswerBoundOptions) {
    this.#options = options
  }

  add(command: Awaited): void {
    this.#forgetAnswered()
    if (this.#timer === undefined) {
      this.#answeredIn = this.#turn
      this.#timer = setInterval(() => this.#look(), this.#options.turnMs).unref()
    }
    this.#commands.push(command)
    this.#sentIn.push(this.#turn)
  }

  #look(): void {
    const { answerTurns, silenceTurns, turnMs, onSilence } = this.#options
    this.#turn += 1
    this.#forgetAnswered()
    for (let at = this.#head; at < this.#commands.length; at += 1) {
      if (this.#turn - (this.#sentIn[at] ?? 0) <= answerTurns) break
      const command = this.#commands[at]
      // The library drops its late answer.
      if (command !== undefined && !command.isSettled) command.reject(new Error(TOO_LONG(answerTurns * turnMs)))
      this.#commands[at] = undefined
      this.#head = at + 1
    }
    if (this.#head === this.#commands.length) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    if (this.#turn - this.#answeredIn > silenceTurns) {
      this.#answeredIn = this.#turn
      onSilence()
    }
  }

  #forgetAnswered(): void {
    while (this.#commands[this.#head]?.isSettled === true) {
      this.#commands[this.#head] = undefined
      this.#head += 1
      this.#answeredIn = this.#turn
    }
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#commands.length) return
    this.#commands = this.#commands.slice(this.#head)
    this.#sentIn = this.#sentIn.slice(this.#head)
    this.#head = 0
  }
}

const TOO_LONG = (ms: number): string => `Command timed out: Redis did not answer within ${ms} ms`
