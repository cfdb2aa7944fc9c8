/** Owns how far a long computation has come, as a person sees it: on a terminal one line that moves, elsewhere a line now and then. */

const [ON_TERMINAL_MS, ELSEWHERE_MS] = [200, 10_000] as const

export interface Progress {
  readonly show: (step: string, done: number, all: number) => void
  readonly end: () => void
}

export function showProgress(): Progress {
  const { isTTY } = process.stderr
  const everyMs = isTTY ? ON_TERMINAL_MS : ELSEWHERE_MS
  const started = performance.now()
  let shownMs = started
  let isShown = false
  return {
    show: (step, done, all) => {
      const nowMs = performance.now()
      if (nowMs - shownMs < everyMs) return
      shownMs = nowMs
      isShown = true
      const part = all > 0 ? `, ${Math.floor((Math.min(done, all) / all) * 100)} %` : ''
      const line = `${step}${part}, ${((nowMs - started) / 1000).toFixed(0)} s`
      process.stderr.write(isTTY ? `\r${line}\x1b[K` : `${line}\n`)
    },
    end: () => {
      if (isTTY && isShown) process.stderr.write('\r\x1b[K')
    },
  }
}
