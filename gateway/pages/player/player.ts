/** Owns playing: what the listener asks for, what the gateway says, what the audio element does, brought together. */

import { type Client, type Playback, SegueError, throughputMeter, type UpNext } from '../../../protocol/client/index.ts'
import type { BitrateKbps, ReasonStart } from '../../../protocol/vocabulary.ts'
import type { AudioOutput } from './audio-output.ts'
import { type ChunkFeed, createChunkFeed } from './chunk-feed.ts'
import { aheadMs } from './chunk-plan.ts'
import { connected } from './connected.ts'
import type { Controls } from './controls.ts'
import { createListeningReport, type ListeningReport, type Transport } from './listening-report.ts'
import { type MediaBuffer, openMediaBuffer, stepOverGap } from './media-buffer.ts'
import type { Phase, PlayerState } from './player-state.ts'
import { nearestRendition } from './rendition.ts'
import { type Choose, withRoom } from './stream-room.ts'
import { adOf, audioIdOf, insistOnAd, type Plays, trackOf } from './what-plays.ts'

const TICK_MS = 200
/** Back within this of the beginning goes to the track before; later it begins the same one again. */
const BACK_RESTARTS_AFTER_MS = 4_000

/** `next` is refused, and `play` is not: there is no stream to follow after a reconnect, or no room before the listener made some. */
const BEGUN_ANEW = new Set(['no_stream', 'stream_limit'])

export interface Player extends Omit<Controls, 'setVolume'> {
  readonly state: PlayerState
  play(trackId: string, wish?: { readonly reason?: ReasonStart; readonly positionMs?: number }): Promise<void>
  setBitrate(bitrate: BitrateKbps): void
}

export interface PlayerParts {
  readonly client: Client
  readonly output: AudioOutput
  readonly bitrate: BitrateKbps
  /** Which device to stop where every stream is in use. */
  readonly choose: Choose
  readonly changed: () => void
  readonly troubled: (error: unknown) => void
}

/** What is open: one stream, what it plays and its audio. */
interface Open {
  readonly plays: Plays
  readonly media: MediaBuffer
  readonly feed: ChunkFeed
  readonly report: ListeningReport
}

export function createPlayer(parts: PlayerParts): Player {
  const { client, output, choose, changed, troubled } = parts
  const { audio } = output
  const history: string[] = []
  const throughput = throughputMeter()
  let bitrate = parts.bitrate
  let phase: Phase = 'idle'
  let open: Open | undefined
  let streamId: string | undefined
  let upNext: UpNext['tracks'] = []
  /** When the listener, or the end of the track before, asked for the track that is now loading. */
  let askedAtMs = 0
  /** The next `playing` is an answer to us and begins its track anew, even if it is the same one. */
  let beginning = false
  let openings = 0

  const positionMs = () =>
    open === undefined ? 0 : Math.min(Math.round(audio.currentTime * 1_000), open.plays.duration_ms)
  const bufferMs = () => (open === undefined ? 0 : aheadMs(open.media.ranges(), audio.currentTime * 1_000))
  const transportOf = (plays: Plays): Transport => {
    const kbps = throughput.kbps()
    return {
      position_ms: positionMs(),
      buffer_ms: bufferMs(),
      top_kbps: nearestRendition(plays, bitrate).bitrate_kbps,
      ...(kbps === undefined ? {} : { throughput_kbps: kbps }),
    }
  }
  const become = (next: Phase) => {
    if (phase === next) return
    phase = next
    changed()
  }

  const begin = async (playback: Playback, plays: Plays): Promise<void> => {
    openings += 1
    const opening = openings
    close()
    const track = trackOf(plays)
    if (track !== undefined && history.at(-1) !== track.track_id) history.push(track.track_id)
    streamId = playback.stream_id
    // It may have come from another device, without a click here.
    output.wake()
    become('loading')
    const best = nearestRendition(plays, bitrate)
    const media = await openMediaBuffer(audio, best.codec, plays.duration_ms)
    if (opening !== openings) {
      media.close()
      return
    }
    const report = createListeningReport(
      askedAtMs,
      () => transportOf(plays),
      (kind, fields) => {
        if (streamId !== undefined) client.report(kind, { stream_id: streamId, ...fields })
      },
    )
    const feed = createChunkFeed({
      plays,
      media,
      bitrate: best.bitrate_kbps,
      throughput,
      positionMs,
      serverNowMs: () => client.serverNowMs(),
      credit: (window) => {
        // Once something else is asked for, the gateway no longer knows this stream.
        if (streamId !== undefined && !beginning) client.credit({ stream_id: streamId, ...window })
      },
      failed: (reason) => void fail(reason).catch(troubled),
    })
    open = { plays, media, feed, report }
    if (playback.position_ms > 0) audio.currentTime = playback.position_ms / 1_000
    changed()
    feed.tick()
    await startAudio()
  }

  const startAudio = async (): Promise<void> => {
    try {
      await audio.play()
    } catch (error) {
      // Paused, or another track begun, before the first sound: that is what was wanted.
      if (error instanceof DOMException && error.name === 'AbortError') return
      become('paused')
      if (streamId !== undefined) await client.pause(positionMs())
      throw error
    }
  }

  const close = (): void => {
    open?.feed.close()
    open = undefined
    audio.pause()
  }

  /** The stream of the lost socket has ended and a new one goes on with the audio that is here. */
  const goOn = (current: Open, playback: Playback): void => {
    streamId = playback.stream_id
    current.feed.askAgain()
    if (audio.paused) startAudio().catch(troubled)
    changed()
  }

  const advance = async (reason: 'next' | 'completed' | 'failed'): Promise<void> => {
    const following = upNext[0]
    const at = positionMs()
    askedAtMs = performance.now()
    beginning = true
    try {
      await client.next({ reason, position_ms: at })
    } catch (error) {
      beginning = false
      // The list it sent before still says what comes.
      if (!(error instanceof SegueError) || !BEGUN_ANEW.has(error.code) || following === undefined) throw error
      await player.play(following.track_id, { reason: 'queue' })
    }
  }

  const fail = async (reason: string): Promise<void> => {
    open?.report.failed(reason)
    troubled(new Error(`This track cannot be played: ${reason}`))
    close()
    await advance('failed')
  }

  const onPlayback = (message: Playback): void => {
    if (message.status === 'stopped') {
      beginning = false
      close()
      streamId = undefined
      upNext = []
      become('idle')
      changed()
      return
    }
    const plays = message.track ?? message.ad
    if (message.status === 'playing' && message.stream_id !== streamId && plays !== undefined) {
      const again = !beginning && open !== undefined && audioIdOf(open.plays) === audioIdOf(plays)
      beginning = false
      if (again && open !== undefined) goOn(open, message)
      else begin(message, plays).catch(troubled)
    }
  }

  const onEnded = (): void => {
    if (open === undefined) return
    open.report.completed()
    advance('completed').catch(troubled)
  }

  const tick = (): void => {
    if (open === undefined) return
    open.feed.tick()
    open.report.heard(open.feed.heardBitrate())
    stepOverGap(audio, open.media)
  }

  client.on('playback', onPlayback)
  client.on('ready', () => {
    // A new session has no stream until it says so.
    streamId = undefined
    if (open !== undefined && audio.ended) advance('completed').catch(troubled)
  })
  client.on('resumed', () => {
    // The same stream; what was asked or granted meanwhile may be lost.
    open?.feed.askAgain()
    if (open !== undefined && audio.ended) advance('completed').catch(troubled)
  })
  client.on('grant', (grant) => open?.feed.accept(grant))
  client.on('up_next', (message) => {
    upNext = message.tracks
    changed()
  })
  audio.addEventListener('ended', onEnded)
  audio.addEventListener('waiting', () => {
    if (open === undefined || audio.paused || audio.seeking) return
    open.report.stands()
    if (phase === 'playing') become('stalled')
  })
  audio.addEventListener('playing', () => {
    open?.report.heard(open.feed.heardBitrate())
    open?.report.moves()
    become('playing')
  })
  audio.addEventListener('error', () => {
    if (open !== undefined) fail(audio.error?.message ?? 'the browser gave no reason').catch(troubled)
  })
  setInterval(tick, TICK_MS)

  const player: Player = {
    get state() {
      return {
        phase,
        track: trackOf(open?.plays),
        ad: adOf(open?.plays),
        streamId,
        positionMs: positionMs(),
        bufferMs: bufferMs(),
        bitrate,
        heardBitrate: open?.feed.heardBitrate(),
        upNext,
        canGoBack: history.length > 1,
      }
    },
    async play(trackId, { reason = 'pick', positionMs: atMs = 0 } = {}) {
      output.wake()
      insistOnAd(open?.plays)
      const from = open === undefined ? {} : { from_ms: positionMs() }
      const wish = { track_id: trackId, position_ms: atMs, reason, ...from }
      if (reason === 'pick') open?.report.skipped()
      askedAtMs = performance.now()
      beginning = true
      audio.pause()
      const before = phase
      become('loading')
      try {
        await connected(client)
        await withRoom(choose, (instead) => client.play({ ...wish, ...instead }))
      } catch (error) {
        beginning = false
        become(before === 'playing' ? 'paused' : before)
        throw error
      }
    },
    async toggle() {
      output.wake()
      if (open === undefined) return
      if (phase === 'paused') {
        await connected(client)
        await withRoom(choose, (instead) => client.resume(instead))
        open.report.resumed()
        become('loading')
        await startAudio()
        return
      }
      audio.pause()
      open.report.paused()
      become('paused')
      await client.pause(positionMs())
    },
    async seek(target) {
      if (open === undefined) return
      insistOnAd(open.plays)
      const from = positionMs()
      const to = Math.max(0, Math.min(Math.round(target), open.plays.duration_ms - 250))
      audio.currentTime = to / 1_000
      open.report.seeked(to)
      const asked = client.seek(from, to)
      open.feed.askAgain()
      changed()
      await asked
    },
    async next() {
      output.wake()
      insistOnAd(open?.plays, positionMs())
      open?.report.skipped()
      await advance('next')
    },
    async previous() {
      const before = history.at(-2)
      if (before === undefined || positionMs() > BACK_RESTARTS_AFTER_MS) {
        await player.seek(0)
        return
      }
      history.splice(-2)
      await player.play(before, { reason: 'previous' })
    },
    setBitrate(next) {
      bitrate = next
      if (open !== undefined) open.feed.switchTo(nearestRendition(open.plays, next).bitrate_kbps)
      changed()
    },
  }
  return player
}
