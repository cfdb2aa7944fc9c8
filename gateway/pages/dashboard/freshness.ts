/** Owns saying how old the figures are, and marking them when they are too old to be called live. */

import { element } from '../element.ts'
import { agoText } from '../figure-text.ts'

/** Long enough for a connection to be made again. */
const STALE_AFTER_MS = 7_000

export interface Freshness {
  readonly age: HTMLElement
  readonly warning: HTMLElement
  succeeded(): void
  failed(error: unknown): void
}

/** `marked` carries `data-stale` while the figures are not live. */
export function freshness(marked: HTMLElement): Freshness {
  const age = element('p', { class: 'age quiet', text: 'Waiting for figures' })
  const warning = element('p', { class: 'warning', attributes: { role: 'alert' } })
  warning.hidden = true
  let updatedAtMs: number | undefined
  let failure: string | undefined

  const say = () => {
    const nowMs = Date.now()
    const stale = failure !== undefined && (updatedAtMs === undefined || nowMs - updatedAtMs > STALE_AFTER_MS)
    if (updatedAtMs !== undefined)
      age.textContent = `${stale ? 'Not live' : 'Live'}, updated ${agoText(nowMs - updatedAtMs)}`
    age.dataset.live = String(updatedAtMs !== undefined && !stale)
    marked.dataset.stale = String(stale)
    warning.hidden = !stale
    if (!stale) return
    const since =
      updatedAtMs === undefined
        ? 'There are no figures yet.'
        : `Not live since ${new Date(updatedAtMs).toLocaleTimeString('en-GB')}.`
    const text = `${since} ${failure ?? ''}`
    // Said again only when it says something new, for those who hear it.
    if (warning.textContent !== text) warning.textContent = text
  }
  setInterval(say, 1_000)

  return {
    age,
    warning,
    succeeded() {
      updatedAtMs = Date.now()
      failure = undefined
      say()
    },
    failed(error) {
      failure = error instanceof Error ? error.message : String(error)
      say()
    },
  }
}
