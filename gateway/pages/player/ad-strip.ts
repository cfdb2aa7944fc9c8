/** Owns the strip of the bar that says that an advertisement plays: whose, for how long still, when it may be skipped, and where its link leads. */

import { element } from '../element.ts'
import { clockText } from '../figure-text.ts'
import type { Shown } from './stage.ts'
import { maySkip } from './what-plays.ts'

export interface AdStrip {
  readonly element: HTMLElement
  /** What a screen reader says, once an advertisement: the strip itself counts down. */
  readonly said: HTMLElement
  update(shown: Shown): void
}

export interface AdActions {
  /** The listener follows the link. */
  clicked(): void
  skip(): void
}

export function adStrip({ clicked, skip }: AdActions): AdStrip {
  const sponsor = element('strong', { class: 'ad-sponsor' })
  const left = element('span', { class: 'clock', attributes: { 'aria-hidden': 'true' } })
  const link = element('a', {
    class: 'button small',
    // The page that opens learns nothing of this one, and cannot reach it.
    attributes: { target: '_blank', rel: 'noopener noreferrer' },
    on: { click: clicked },
  })
  const skipping = element('button', { class: 'button small', attributes: { type: 'button' }, on: { click: skip } })
  const words = element(
    'span',
    { class: 'ad-words' },
    element('span', { class: 'quiet', text: 'Advertisement' }),
    sponsor,
    left,
  )
  const strip = element('div', { class: 'strip ad' }, words, element('span', { class: 'ad-acts' }, link, skipping))
  strip.hidden = true
  const said = element('p', { class: 'unseen', attributes: { role: 'status' } })
  let impressionId: string | undefined
  return {
    element: strip,
    said,
    update({ ad, positionMs }) {
      if (ad !== undefined) left.textContent = `${clockText(Math.max(0, ad.duration_ms - positionMs))} left`
      if (ad?.skip_after_ms !== undefined) {
        const leftMs = ad.skip_after_ms - positionMs
        skipping.disabled = !maySkip(ad, positionMs)
        skipping.textContent = skipping.disabled ? `Skip in ${Math.ceil(leftMs / 1_000)} s` : 'Skip'
      }
      if (ad?.impression_id === impressionId) return
      impressionId = ad?.impression_id
      strip.hidden = ad === undefined
      said.textContent = ad === undefined ? '' : `Advertisement by ${ad.sponsor}. The music goes on after it.`
      if (ad === undefined) return
      sponsor.textContent = ad.sponsor
      link.hidden = ad.click_url === undefined
      skipping.hidden = ad.skip_after_ms === undefined
      if (ad.click_url === undefined) return
      link.href = ad.click_url
      link.textContent = `Visit ${new URL(ad.click_url).hostname}`
    },
  }
}
