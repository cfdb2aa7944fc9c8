/** Owns getting the audio of one stream: asks by credit, fetches what is granted, appends it, lets go of what is past. */

import type { Grant, ThroughputMeter, TrackInfo } from '../../../protocol/client/index.ts'
import type { BitrateKbps } from '../../../protocol/vocabulary.ts'
import { type ChunkView, chunkAt, chunksBehind, creditOf, heldToEnd, isCovered, wantedChunks } from './chunk-plan.ts'
import { BufferFull, type MediaBuffer } from './media-buffer.ts'

const MOST_FETCHES = 2
const MOST_FAILURES = 5
/** A store that is away comes back: the track waits so long for it. */
const STORE_PATIENCE_MS = 180_000
const LONGEST_PAUSE_MS = 4_000
/** A fetch that hangs is tried anew. */
const FETCH_WITHIN_MS = 20_000
/** Said again after this when nothing came: the window is absolute, so that does no harm. */
const REPEAT_CREDIT_MS = 2_000
/** An address this close to its end is not used any more. */
const ADDRESS_MARGIN_MS = 1_500

export interface CreditWindow {
  readonly bitrate_kbps: BitrateKbps
  readonly next_chunk: number
  readonly chunks: number
}

export interface ChunkFeedParts {
  readonly plays: Pick<TrackInfo, 'chunk_ms' | 'duration_ms' | 'renditions'>
  readonly media: MediaBuffer
  readonly bitrate: BitrateKbps
  /** Told of every chunk that came. */
  readonly throughput: ThroughputMeter
  readonly positionMs: () => number
  readonly serverNowMs: () => number
  readonly credit: (window: CreditWindow) => void
  /** A chunk cannot be had or read, after several tries. Said once; the feed is over. */
  readonly failed: (reason: string) => void
}

export interface ChunkFeed {
  accept(grant: Grant): void
  /** To be called every quarter of a second or so, and after a seek. */
  tick(): void
  /** Later chunks come at `bitrate`; those already held beyond the next one are fetched again. */
  switchTo(bitrate: BitrateKbps): void
  /** The bitrate of the chunk at the playhead, when it is held. */
  heardBitrate(): BitrateKbps | undefined
  /** The window is said again at the next tick: the stream, or the socket, is a new one. */
  askAgain(): void
  close(): void
}

/** The store answered, and not with audio: the address is of no more use. */
class StoreRefusal extends Error {
  constructor(status: number) {
    super(`the store answered ${status}`)
    this.name = 'StoreRefusal'
  }
}

/** The store did not answer, or said that it cannot now: the address may be good all the same. */
class StoreAway extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'StoreAway'
  }
}

const TOO_MANY_REQUESTS = 429
const SERVER_ERROR = 500

interface Address {
  readonly url: string
  readonly expiresAtMs: number
}

export function createChunkFeed(parts: ChunkFeedParts): ChunkFeed {
  const { plays, media } = parts
  let bitrate = parts.bitrate
  const held = new Map<number, BitrateKbps>()
  const addresses = new Map<string, Address>()
  const inits = new Map<BitrateKbps, Promise<Uint8Array<ArrayBuffer>>>()
  const fetching = new Map<number, AbortController>()
  const closing = new AbortController()
  let appendedInit: BitrateKbps | undefined
  let said: { window: CreditWindow; atMs: number } | undefined
  let failures = 0
  let away: { readonly sinceMs: number; tries: number } | undefined

  const keyOf = (index: number, rate: BitrateKbps) => `${rate}/${index}`
  const view = (): ChunkView => ({
    positionMs: parts.positionMs(),
    chunkMs: plays.chunk_ms,
    chunkCount: plays.renditions.find((rendition) => rendition.bitrate_kbps === bitrate)?.chunk_count ?? 0,
  })
  const liveAddress = (key: string): Address | undefined => {
    const address = addresses.get(key)
    return address !== undefined && address.expiresAtMs - ADDRESS_MARGIN_MS > parts.serverNowMs() ? address : undefined
  }

  const get = async (url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(FETCH_WITHIN_MS)])
    let response: Response
    let bytes: ArrayBuffer
    try {
      response = await fetch(url, { signal: giveUp, referrerPolicy: 'no-referrer' })
      bytes = await response.arrayBuffer()
    } catch (error) {
      throw new StoreAway(error instanceof Error ? error.message : String(error))
    }
    if (response.ok) return new Uint8Array(bytes)
    const { status } = response
    if (status >= SERVER_ERROR || status === TOO_MANY_REQUESTS) throw new StoreAway(`the store answered ${status}`)
    throw new StoreRefusal(status)
  }

  const getChunk = async (url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const fromMs = performance.now()
    const bytes = await get(url, signal)
    parts.throughput.fetched({ bytes: bytes.byteLength, fromMs, toMs: performance.now() })
    return bytes
  }

  const initOf = (rate: BitrateKbps): Promise<Uint8Array<ArrayBuffer>> => {
    const known = inits.get(rate)
    if (known !== undefined) return known
    const address = liveAddress(`${rate}/init`)
    if (address === undefined) return Promise.reject(new Error('no address of the initialisation segment'))
    const asked = get(address.url, closing.signal)
    inits.set(rate, asked)
    asked.catch(() => inits.delete(rate))
    return asked
  }

  const load = async (index: number, rate: BitrateKbps, address: Address): Promise<void> => {
    const abort = new AbortController()
    fetching.set(index, abort)
    try {
      const [init, bytes] = await Promise.all([initOf(rate), getChunk(address.url, abort.signal)])
      if (abort.signal.aborted || closing.signal.aborted) return
      if (appendedInit !== rate) {
        appendedInit = rate
        await media.append(init)
        if (abort.signal.aborted) return
      }
      await media.append(bytes)
      if (closing.signal.aborted) return
      held.set(index, rate)
      failures = 0
      away = undefined
    } catch (error) {
      if (abort.signal.aborted || closing.signal.aborted) return
      appendedInit = undefined
      await recover(error, index, rate)
    } finally {
      if (fetching.get(index) === abort) fetching.delete(index)
      if (!closing.signal.aborted) tick()
    }
  }

  const recover = async (error: unknown, index: number, rate: BitrateKbps): Promise<void> => {
    if (error instanceof StoreAway) {
      await outlast(error)
      return
    }
    failures += 1
    if (error instanceof BufferFull) {
      await letGo([...held.keys()].filter((index) => index < chunkAt(view())))
    } else if (error instanceof StoreRefusal) {
      addresses.delete(keyOf(index, rate))
      said = undefined
    }
    if (failures >= MOST_FAILURES) {
      giveUp(error instanceof Error ? error.message : 'audio could not be loaded')
      return
    }
    // The same failure at once again would be as useless; the store or the line needs a moment.
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** failures))
  }

  /** The address is tried again while it lives, and asked for again when it does not: the tick after this sees to that. */
  const outlast = async (error: StoreAway): Promise<void> => {
    const nowMs = performance.now()
    away ??= { sinceMs: nowMs, tries: 0 }
    away.tries += 1
    if (nowMs - away.sinceMs > STORE_PATIENCE_MS) {
      giveUp(error.message)
      return
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** away.tries)
    // Players that lost the store together do not come back to it together.
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random() / 2)))
  }

  const giveUp = (reason: string): void => {
    if (closing.signal.aborted) return
    closing.abort()
    parts.failed(reason)
  }

  const letGo = async (indexes: readonly number[]): Promise<void> => {
    for (const index of indexes) held.delete(index)
    const [first, last] = [Math.min(...indexes), Math.max(...indexes)]
    if (indexes.length > 0) await media.remove((first * plays.chunk_ms) / 1_000, ((last + 1) * plays.chunk_ms) / 1_000)
  }

  /** A browser may drop audio by itself; what it no longer has is not held. */
  const trustTheBrowser = (now: ChunkView): void => {
    const index = chunkAt(now)
    const endMs = Math.min((index + 1) * plays.chunk_ms, plays.duration_ms) - 200
    if (held.has(index) && now.positionMs < endMs && !isCovered(media.ranges(), now.positionMs + 50)) held.delete(index)
  }

  const tick = (): void => {
    if (closing.signal.aborted) return
    const now = view()
    trustTheBrowser(now)
    const wanted = wantedChunks(now, (index) => held.has(index))
    for (const index of wanted) {
      if (fetching.size >= MOST_FETCHES) break
      const address = liveAddress(keyOf(index, bitrate))
      if (address !== undefined && !fetching.has(index)) void load(index, bitrate, address)
    }
    const credit = creditOf(wanted, (index) => fetching.has(index) || liveAddress(keyOf(index, bitrate)) !== undefined)
    if (credit !== undefined) sayCredit({ bitrate_kbps: bitrate, next_chunk: credit.nextChunk, chunks: credit.chunks })
    const past = chunksBehind(now, held.keys())
    if (past.length > 2) letGo(past).catch((error: unknown) => giveUp(String(error)))
    if (wanted.length === 0 && heldToEnd(now, (index) => held.has(index))) void media.end()
  }

  const sayCredit = (window: CreditWindow): void => {
    const nowMs = performance.now()
    const same =
      said !== undefined &&
      said.window.bitrate_kbps === window.bitrate_kbps &&
      said.window.next_chunk === window.next_chunk &&
      said.window.chunks === window.chunks
    if (same && said !== undefined && nowMs - said.atMs < REPEAT_CREDIT_MS) return
    said = { window, atMs: nowMs }
    parts.credit(window)
  }

  return {
    accept(grant) {
      const expiresAtMs = grant.expires_at_ms
      if (grant.init_url !== undefined)
        addresses.set(`${grant.bitrate_kbps}/init`, { url: grant.init_url, expiresAtMs })
      for (const { index, url } of grant.chunks) addresses.set(keyOf(index, grant.bitrate_kbps), { url, expiresAtMs })
      tick()
    },
    tick,
    switchTo(next) {
      if (next === bitrate) return
      bitrate = next
      for (const abort of fetching.values()) abort.abort()
      fetching.clear()
      const keep = chunkAt(view()) + 1
      letGo([...held].filter(([index, rate]) => index > keep && rate !== next).map(([index]) => index))
        .then(tick)
        .catch((error: unknown) => giveUp(String(error)))
    },
    heardBitrate: () => held.get(chunkAt(view())),
    askAgain() {
      said = undefined
      tick()
    },
    close() {
      closing.abort()
      for (const abort of fetching.values()) abort.abort()
      media.close()
    },
  }
}
