/** Owns keys: the space bar and arrows on the page, the media keys of the keyboard or headset. */

import type { Controls } from './controls.ts'
import type { Player } from './player.ts'
import type { Shown } from './stage.ts'
import { shownAd } from './what-plays.ts'

const STEP_MS = 10_000

/** Joins keys to what is shown; `run` does what was asked and reports when it could not be done. */
export function listenForKeys(controls: Controls, shown: () => Shown, run: (act: Promise<void>) => void): void {
  const step = (byMs: number) => run(controls.seek(shown().positionMs + byMs))
  const keys: Readonly<Record<string, () => void>> = {
    ' ': () => run(controls.toggle()),
    ArrowLeft: () => step(-STEP_MS),
    ArrowRight: () => step(STEP_MS),
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isControl(event.target)) return
    const act = keys[event.key]
    if (act === undefined || shown().track === undefined) return
    event.preventDefault()
    act()
  })
  // A button clicked with the pointer gives the space bar back to the player.
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (event.detail > 0) button?.blur()
  })

  if (!('mediaSession' in navigator)) return
  const actions: Partial<Record<MediaSessionAction, () => void>> = {
    play: () => run(controls.toggle()),
    pause: () => run(controls.toggle()),
    nexttrack: () => run(controls.next()),
    previoustrack: () => run(controls.previous()),
  }
  for (const [name, act] of Object.entries(actions)) {
    navigator.mediaSession.setActionHandler(name as MediaSessionAction, act)
  }
}

/** Tells the system what plays, for its lock screen and its keys. */
export function tellSystem(player: Player): void {
  if (!('mediaSession' in navigator)) return
  const { ad, phase } = player.state
  const track = ad === undefined ? player.state.track : shownAd(ad)
  navigator.mediaSession.playbackState = track === undefined ? 'none' : phase === 'paused' ? 'paused' : 'playing'
  if (track === undefined) navigator.mediaSession.metadata = null
  else if (navigator.mediaSession.metadata?.title !== track.title) {
    const { title, artist, album = '' } = track
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album })
  }
}

/** Keys belong to the control that has the focus. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|BUTTON|TEXTAREA|A)$/.test(target.tagName)
}
