/** Owns the order of what is asked of a store: some may be under way together, others are alone. */

interface Waiting {
  readonly isAlone: boolean
  begin(): Promise<void>
}

export class Turns {
  readonly #waiting: Waiting[] = []
  #underWay = 0
  #isOneAlone = false

  /** Begun before this returns, unless one that is alone is under way or waits. */
  together<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#line(act, false)
  }

  /** Begun when all before it are done; those after it begin when it is. */
  alone<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#line(act, true)
  }

  #line<Result>(act: () => Promise<Result>, isAlone: boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ isAlone, begin: () => act().then(resolve, reject) })
      this.#advance()
    })
  }

  #advance(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (next === undefined || this.#isOneAlone || (next.isAlone && this.#underWay > 0)) return
      this.#waiting.shift()
      this.#underWay += 1
      this.#isOneAlone = next.isAlone
      void next.begin().then(() => this.#ended())
    }
  }

  #ended(): void {
    this.#underWay -= 1
    this.#isOneAlone = false
    this.#advance()
  }
}
