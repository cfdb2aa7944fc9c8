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
  const isMeant = ({ stream_id }: Commanded) => stream_id === player.state.streamId
  const acts: Readonly<Record<Commanded['action'], (asked: Commanded) => void>> = {
    play: () => isPaused() && run(player.toggle()),
    pause: () => !isPaused() && run(player.toggle()),
    seek: (asked) => asked.position_ms !== undefined && isMeant(asked) && run(player.seek(asked.position_ms)),
    next: (asked) => isMeant(asked) && run(player.next()),
    volume: ({ volume_percent }) => volume_percent !== undefined && volume.set(volume_percent / 100),
  }
  client.on('commanded', (asked) => acts[asked.action](asked))
}
