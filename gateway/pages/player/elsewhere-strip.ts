/** Owns the strip of the bar that says that the music is on another device, and brings it here. */

import { element } from '../element.ts'
import { icon } from '../icon.ts'
import type { Shown } from './stage.ts'

export interface ElsewhereStrip {
  readonly element: HTMLElement
  /** What a screen reader says, as the strip itself changes too often. */
  readonly said: HTMLElement
  say(sentence: string): void
  update(shown: Shown): void
}

export interface StripActions {
  playHere(): void
  openDevices(): void
}

export function elsewhereStrip({ playHere, openDevices }: StripActions): ElsewhereStrip {
  const sign = element('span', { class: 'strip-sign' })
  const words = element('span')
  const where = element(
    'button',
    {
      class: 'strip-where',
      attributes: { type: 'button', 'aria-controls': 'devices-panel' },
      on: { click: openDevices },
    },
    sign,
    words,
  )
  const here = element('button', {
    class: 'button small',
    text: 'Play here',
    attributes: { type: 'button' },
    on: { click: playHere },
  })
  const strip = element('div', { class: 'strip' }, where, here)
  strip.hidden = true
  const said = element('p', { class: 'unseen', attributes: { role: 'status' } })
  let kind: string | undefined
  return {
    element: strip,
    said,
    say(sentence) {
      said.textContent = sentence
    },
    update(shown) {
      const text = stripText(shown)
      strip.hidden = text === undefined
      if (text !== undefined && words.textContent !== text) words.textContent = text
      const shownKind = shown.elsewhere?.device.kind ?? 'devices'
      if (shownKind === kind) return
      kind = shownKind
      sign.replaceChildren(icon(shownKind))
    },
  }
}

function stripText({ elsewhere, stoppedBy, phase }: Shown): string | undefined {
  if (elsewhere !== undefined) return `${phase === 'playing' ? 'Now playing' : 'Paused'} on ${elsewhere.called}`
  return stoppedBy === undefined ? undefined : `Now playing on ${stoppedBy}`
}
