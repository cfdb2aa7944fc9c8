/** Owns the bar of the player: what plays here or elsewhere, the buttons, the place in the track, bitrate and volume. */

import { BITRATES_KBPS, type BitrateKbps } from '../../../protocol/vocabulary.ts'
import { artwork } from '../artwork.ts'
import { element } from '../element.ts'
import { clockText, lengthText } from '../figure-text.ts'
import { type IconName, icon } from '../icon.ts'
import type { Shown } from './stage.ts'

export interface BarActions {
  toggle(): void
  next(): void
  previous(): void
  seek(positionMs: number): void
  setBitrate(bitrate: BitrateKbps): void
  setVolume(share: number): void
}

export interface PlayerBar {
  readonly element: HTMLElement
  update(shown: Shown, bitrate: BitrateKbps): void
}

const SECONDS = 1_000

/** @param parts what else is in the bar: above it, and beside the bitrate */
export function playerBar(
  actions: BarActions,
  parts: { readonly above: readonly HTMLElement[]; readonly beside: readonly HTMLElement[] },
): PlayerBar {
  const sleeve = element('div', { class: 'bar-sleeve' })
  const title = element('span', { class: 'bar-title' })
  const artist = element('span', { class: 'bar-artist quiet' })
  const elapsed = element('span', { class: 'clock', text: '0:00' })
  const length = element('span', { class: 'clock', text: '0:00' })
  const previous = button('previous', 'Previous track', actions.previous)
  const toggle = button('play', 'Play', actions.toggle)
  const next = button('next', 'Next track', actions.next)
  toggle.classList.add('toggle')

  let dragging = false
  const seek = element('input', {
    class: 'slider seek',
    attributes: { type: 'range', min: '0', max: '0', step: '1', value: '0', 'aria-label': 'Place in the track' },
    on: {
      input: () => {
        dragging = true
        say(Number(seek.value) * SECONDS)
      },
      change: () => {
        dragging = false
        actions.seek(Number(seek.value) * SECONDS)
      },
    },
  })
  const say = (positionMs: number) => {
    elapsed.textContent = clockText(positionMs)
    seek.setAttribute('aria-valuetext', `${lengthText(positionMs)} of ${lengthText(Number(seek.max) * SECONDS)}`)
    fill(seek, Number(seek.value) / Math.max(1, Number(seek.max)))
  }

  const bitrate = element(
    'select',
    {
      class: 'bitrate',
      attributes: { 'aria-label': 'Bitrate' },
      on: { change: () => actions.setBitrate(bitrateOf(bitrate.value)) },
    },
    ...BITRATES_KBPS.map((rate) => element('option', { text: `${rate} kbps`, attributes: { value: String(rate) } })),
  )
  const loudness = element('input', {
    class: 'slider volume',
    attributes: { type: 'range', min: '0', max: '100', value: '0', 'aria-label': 'Volume' },
    on: {
      input: () => {
        fill(loudness, Number(loudness.value) / 100)
        actions.setVolume(Number(loudness.value) / 100)
      },
    },
  })

  let before: { albumId?: string | undefined; trackId?: string | undefined; sign?: IconName } = {}
  return {
    element: element(
      'section',
      { class: 'bar', attributes: { 'aria-label': 'Player' } },
      ...parts.above,
      element('div', { class: 'bar-what' }, sleeve, element('div', { class: 'bar-names' }, title, artist)),
      element(
        'div',
        { class: 'bar-how' },
        element('div', { class: 'bar-buttons' }, previous, toggle, next),
        element('div', { class: 'bar-place' }, elapsed, seek, length),
      ),
      element(
        'div',
        { class: 'bar-more' },
        ...parts.beside,
        bitrate,
        element('label', { class: 'loudness' }, icon('volume'), loudness),
      ),
    ),
    update(shown, chosen) {
      const { track, phase } = shown
      if (track?.track_id !== before.trackId) {
        title.textContent = track?.title ?? 'Nothing playing'
        artist.textContent =
          track === undefined ? 'Pick a track' : [track.artist, track.album].filter(Boolean).join(', ')
        length.textContent = clockText(track?.duration_ms ?? 0)
        seek.max = String(Math.max(0, Math.floor((track?.duration_ms ?? 0) / SECONDS)))
        dragging = false
      }
      if (track?.album_id !== before.albumId) {
        sleeve.replaceChildren(...(track?.album_id === undefined ? [] : [artwork(track.album_id)]))
      }
      const sign: IconName = phase === 'paused' || phase === 'idle' ? 'play' : 'pause'
      if (sign !== before.sign) {
        toggle.replaceChildren(icon(sign))
        toggle.setAttribute('aria-label', sign === 'play' ? 'Play' : 'Pause')
      }
      before = { albumId: track?.album_id, trackId: track?.track_id, sign }
      const nothing = track === undefined
      toggle.disabled = nothing
      seek.disabled = nothing || shown.ad !== undefined
      next.disabled = nothing || !shown.canGoOn
      previous.disabled = nothing || shown.ad !== undefined
      toggle.classList.toggle('waiting', phase === 'loading' || phase === 'stalled')
      bitrate.value = String(chosen)
      loudness.disabled = shown.volume === undefined
      if (shown.volume !== undefined && !loudness.matches(':active')) {
        loudness.value = String(Math.round(shown.volume * 100))
        fill(loudness, shown.volume)
      }
      if (!dragging) {
        seek.value = String(Math.floor(shown.positionMs / SECONDS))
        say(shown.positionMs)
      }
    },
  }
}

function button(name: IconName, label: string, act: () => void): HTMLButtonElement {
  return element(
    'button',
    { class: 'round', attributes: { type: 'button', 'aria-label': label }, on: { click: act } },
    icon(name),
  )
}

/** How much of a slider is coloured. */
function fill(slider: HTMLInputElement, share: number): void {
  slider.style.setProperty('--done', `${(share * 100).toFixed(2)}%`)
}

/** The rung of the ladder that `text` names; the middle one when it names none. */
export function bitrateOf(text: string | null): BitrateKbps {
  return BITRATES_KBPS.find((rate) => String(rate) === text) ?? 160
}
