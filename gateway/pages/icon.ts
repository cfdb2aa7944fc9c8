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
  close:
    'M6.7 5.3a1 1 0 0 0-1.4 1.4L10.6 12l-5.3 5.3a1 1 0 1 0 1.4 1.4l5.3-5.3 5.3 5.3a1 1 0 0 0 1.4-1.4L13.4 12l5.3-5.3a1 1 0 0 0-1.4-1.4L12 10.6 6.7 5.3Z',
} as const

export type IconName = keyof typeof PATHS

export function icon(name: IconName): SVGElement {
  return drawing(
    'svg',
    { viewBox: '0 0 24 24', width: 24, height: 24, class: 'icon' },
    drawing('path', { d: PATHS[name], fill: 'currentColor' }),
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
