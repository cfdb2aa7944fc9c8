/** Owns one device in the list: its kind, its name, where it is, what it plays and where; a press plays there. */

import { element } from '../element.ts'
import { clockText, placeText } from '../figure-text.ts'
import { icon } from '../icon.ts'
import { isOtherTab, type Own, playheadMs, type SeenDevice } from './device-list.ts'

export interface DeviceRow {
  readonly element: HTMLElement
  update(state: RowState): void
}

export interface RowState {
  readonly device: SeenDevice
  readonly own: Own
  /** The music is there. */
  readonly isActive: boolean
  readonly canPlay: boolean
  readonly nowMs: number
}

const DOES: Readonly<Record<SeenDevice['status'], string>> = { playing: '', paused: 'Paused: ', stopped: 'Not playing' }

/** The element stays the same for as long as the device is listed, so that it keeps the focus. */
export function deviceRow(kind: SeenDevice['kind'], pick: () => void): DeviceRow {
  const name = element('span', { class: 'device-name' })
  const tag = element('span', { class: 'device-tag' })
  const what = element('span', { class: 'device-what' })
  // It moves all the time: to be read when one looks, not to be said.
  const where = element('span', { class: 'device-where', attributes: { 'aria-hidden': 'true' } })
  const place = element('span', { class: 'device-place quiet' })
  const asks = element('span', { class: 'unseen', text: 'Play on ' })
  const button = element(
    'button',
    {
      class: 'device',
      attributes: { type: 'button' },
      on: { click: () => button.getAttribute('aria-disabled') !== 'true' && pick() },
    },
    icon(kind),
    element('span', { class: 'device-title' }, asks, name, ' ', tag),
    place,
    element('span', { class: 'device-does quiet' }, what, where),
  )
  return {
    element: element('li', {}, button),
    update({ device, own, isActive, canPlay, nowMs }) {
      const { status, track } = device
      say(name, device.name)
      say(
        tag,
        isOtherTab(device, own) ? 'another tab' : device.you ? 'this device' : device.yours ? '' : 'someone else',
      )
      say(place, device.place === undefined ? '' : placeText(device.place))
      say(what, track === undefined ? DOES[status] : `${DOES[status]}${track.title} by ${track.artist}`)
      const at = track === undefined ? '' : `${clockText(playheadMs(device, nowMs))} / ${clockText(track.duration_ms)}`
      say(where, at)
      asks.hidden = !canPlay
      button.classList.toggle('active', isActive)
      button.classList.toggle('sounding', status === 'playing')
      button.setAttribute('aria-disabled', String(!canPlay))
      if (isActive) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    },
  }
}

function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text
  where.hidden = text === ''
}
