/** Owns doing what another device of the listener asks, as if it had been asked on this page. */

import type { Client, Commanded } from '../../../protocol/client/index.ts'
import type { OwnVolume } from './own-volume.ts'
import type { Player } from './player.ts'

export function heedCommands(
  client: Client,
  player: Player,
  volume: OwnVolume,
  run: (act: Promise<void>) => void,
): void {
  const isPaused = () => player.state.phase === 'paused'
  const acts: Readonly<Record<Commanded['action'], (asked: Commanded) => void>> = {
    play: () => isPaused() && run(player.toggle()),
    pause: () => !isPaused() && run(player.toggle()),
    seek: ({ position_ms }) => position_ms !== undefined && run(player.seek(position_ms)),
    next: () => run(player.next()),
    volume: ({ volume_percent }) => volume_percent !== undefined && volume.set(volume_percent / 100),
  }
  client.on('commanded', (asked) => acts[asked.action](asked))
}
