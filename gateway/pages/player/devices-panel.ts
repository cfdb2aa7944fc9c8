/** Owns the list of devices that opens above the bar, and the button that opens it. */

import { element } from '../element.ts'
import { icon } from '../icon.ts'
import type { Own, SeenDevice } from './device-list.ts'
import { deviceNameForm } from './device-name.ts'
import { type DeviceRow, deviceRow } from './device-row.ts'

export interface DevicesPanel {
  readonly button: HTMLButtonElement
  readonly element: HTMLElement
  toggle(): void
  update(state: DevicesState): void
}

export interface DevicesState {
  readonly devices: readonly SeenDevice[]
  readonly own: Own
  readonly nowMs: number
  /** What the device is called on which the listener hears something. */
  readonly activeName: string | undefined
  isActive(device: SeenDevice): boolean
  canMoveTo(device: SeenDevice): boolean
}

export function devicesPanel(moveTo: (deviceId: string) => void): DevicesPanel {
  const rows = new Map<string, DeviceRow>()
  const list = element('ul', { class: 'devices' })
  const hint = element('p', { class: 'quiet', text: 'Play something, then pick the device on which it goes on.' })
  const panel = element(
    'section',
    { class: 'panel devices-panel', attributes: { 'aria-labelledby': 'devices-title', id: 'devices-panel' } },
    element('h2', { class: 'panel-title', text: 'Devices', attributes: { id: 'devices-title' } }),
    hint,
    list,
    deviceNameForm(),
  )
  panel.hidden = true
  const show = (isOpen: boolean) => {
    panel.hidden = !isOpen
    button.setAttribute('aria-expanded', String(isOpen))
    if (isOpen) list.querySelector('button')?.focus()
  }
  const button = element(
    'button',
    {
      class: 'round devices-button',
      attributes: { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'devices-panel' },
      on: { click: () => show(panel.hidden) },
    },
    icon('devices'),
  )
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return
    show(false)
    button.focus()
  })
  document.addEventListener('pointerdown', ({ target }) => {
    const isOutside =
      target instanceof Element && target.closest('.devices-panel, [aria-controls="devices-panel"]') === null
    if (!panel.hidden && isOutside) show(false)
  })

  return {
    button,
    element: panel,
    toggle: () => show(panel.hidden),
    update({ devices, own, nowMs, activeName, isActive, canMoveTo }) {
      button.setAttribute('aria-label', activeName === undefined ? 'Devices' : `Devices: playing on ${activeName}`)
      button.classList.toggle('elsewhere', activeName !== undefined)
      if (panel.hidden) return
      for (const id of rows.keys()) {
        if (devices.every(({ device_id }) => device_id !== id)) {
          rows.get(id)?.element.remove()
          rows.delete(id)
        }
      }
      for (const device of devices) {
        const row = rows.get(device.device_id) ?? deviceRow(device.kind, () => moveTo(device.device_id))
        if (!rows.has(device.device_id)) {
          rows.set(device.device_id, row)
          list.append(row.element)
        }
        row.update({ device, own, isActive: isActive(device), canPlay: canMoveTo(device), nowMs })
      }
      hint.hidden = devices.some((device) => isActive(device) || canMoveTo(device))
    },
  }
}
