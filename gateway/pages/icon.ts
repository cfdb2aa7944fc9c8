/** Owns the drawings of the pages: the mark of Segue and the signs on buttons. */

import { drawing } from './element.ts'

const PATHS = {
  play: 'M8 5.2v13.6a.8.8 0 0 0 1.2.7l11-6.8a.8.8 0 0 0 0-1.4l-11-6.8A.8.8 0 0 0 8 5.2Z',
  pause:
    'M7 5h3.4a.6.6 0 0 1 .6.6v12.8a.6.6 0 0 1-.6.6H7a.6.6 0 0 1-.6-.6V5.6A.6.6 0 0 1 7 5Zm6.6 0H17a.6.6 0 0 1 .6.6v12.8a.6.6 0 0 1-.6.6h-3.4a.6.6 0 0 1-.6-.6V5.6a.6.6 0 0 1 .6-.6Z',
  next: 'M5 6.1v11.8a.7.7 0 0 0 1.1.6l8.9-5.7v5.4a.8.8 0 0 0 .8.8h1.4a.8.8 0 0 0 .8-.8V5.8a.8.8 0 0 0-.8-.8h-1.4a.8.8 0 0 0-.8.8v5.4L6.1 5.5a.7.7 0 0 0-1.1.6Z',
  previous:
    'M19 6.1v11.8a.7.7 0 0 1-1.1.6L9 12.8v5.4a.8.8 0 0 1-.8.8H6.8a.8.8 0 0 1-.8-.8V5.8a.8.8 0 0 1 .8-.8h1.4a.8.8 0 0 1 .8.8v5.4l8.9-5.7a.7.7 0 0 1 1.1.6Z',
  volume:
    'M4 9.6v4.8c0 .4.3.7.7.7H8l4.3 3.8c.5.4 1.2.1 1.2-.5V5.6c0-.6-.7-.9-1.2-.5L8 8.9H4.7a.7.7 0 0 0-.7.7Zm12.2-1.2a1 1 0 0 0-.2 1.4 3.6 3.6 0 0 1 0 4.4 1 1 0 0 0 1.6 1.2 5.6 5.6 0 0 0 0-6.8 1 1 0 0 0-1.4-.2Z',
  phone:
    'M8.5 2.5h7A1.5 1.5 0 0 1 17 4v16a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 20V4a1.5 1.5 0 0 1 1.5-1.5Zm.2 2v12.8h6.6V4.5Zm2.3 14v1h2v-1Z',
  desktop:
    'M4.5 4h15A1.5 1.5 0 0 1 21 5.5v10a1.5 1.5 0 0 1-1.5 1.5H14v1.5h2v1.5H8v-1.5h2V17H4.5A1.5 1.5 0 0 1 3 15.5v-10A1.5 1.5 0 0 1 4.5 4Zm.3 1.8v9.4h14.4V5.8Z',
  tv: 'M3.5 5h17A1.5 1.5 0 0 1 22 6.5v10a1.5 1.5 0 0 1-1.5 1.5h-17A1.5 1.5 0 0 1 2 16.5v-10A1.5 1.5 0 0 1 3.5 5Zm.3 1.8v9.4h16.4V6.8ZM6.5 19h11v1.5h-11Z',
  speaker:
    'M8 2.5h8A1.5 1.5 0 0 1 17.5 4v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5Zm4 2.2a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4Zm0 5.3a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6Zm0 1.9a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8Z',
  car: 'M6.6 5h10.8a1.5 1.5 0 0 1 1.4 1l1.5 4.3c.7.4 1.2 1.2 1.2 2V18a1 1 0 0 1-1 1h-1.5a1 1 0 0 1-1-1v-1H6v1a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1v-5.7c0-.8.5-1.6 1.2-2L5.2 6a1.5 1.5 0 0 1 1.4-1Zm.5 1.9L6 10h12l-1.100-3.100ZM6.3 12a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Zm11.4 0a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Z',
  web: 'M4.5 4h15A1.5 1.5 0 0 1 21 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18.5v-13A1.5 1.5 0 0 1 4.5 4Zm.3 5.2v9h14.4v-9Zm.9-3.2v1.4h1.4V6Zm2.6 0v1.4h1.4V6Z',
  devices:
    'M4.5 4h13A1.5 1.5 0 0 1 19 5.5V7h-1.8V5.8H4.8v8.4H11V16h-.5v1.5H11V19H7v-1.5h1.5V16h-4A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4Zm9.5 5h6a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 20 20h-6a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 14 9Zm3 1.5a1 1 0 1 0 0 2 1 1 0 0 0 0-2Zm0 3a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z',
  close:
    'M6.7 5.3a1 1 0 0 0-1.4 1.4L10.6 12l-5.3 5.3a1 1 0 1 0 1.4 1.4l5.3-5.3 5.3 5.3a1 1 0 0 0 1.4-1.4L13.4 12l5.3-5.3a1 1 0 0 0-1.4-1.4L12 10.6 6.7 5.3Z',
} as const

export type IconName = keyof typeof PATHS

export function icon(name: IconName): SVGElement {
  return drawing(
    'svg',
    { viewBox: '0 0 24 24', width: 24, height: 24, class: 'icon' },
    drawing('path', { d: PATHS[name], fill: 'currentColor', 'fill-rule': 'evenodd' }),
  )
}

/** The mark: one piece gives way to the next along a curve. */
export function mark(): SVGElement {
  const half = 'M5 4C23 4 9 28 27 28H7A4 4 0 0 1 3 24V6A2 2 0 0 1 5 4Z'
  return drawing(
    'svg',
    { viewBox: '0 0 32 32', class: 'mark' },
    drawing('path', { class: 'out', d: half, transform: 'translate(-0.6 0.6)' }),
    drawing('path', { class: 'in', d: half, transform: 'rotate(180 16 16) translate(-0.6 0.6)' }),
  )
}
