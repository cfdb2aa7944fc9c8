/** Owns the Media Source of one stream: appends, removals and the end of the stream, one after the other. */

import { GAP_S, type TimeSpan } from './chunk-plan.ts'

export interface MediaBuffer {
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  remove(startS: number, endS: number): Promise<void>
  ranges(): TimeSpan[]
  /** Nothing follows what is held: the element may end. A later append opens it again. */
  end(): Promise<void>
  close(): void
}

/** The browser has no room left for audio, even with what lies behind the playhead gone. */
export class BufferFull extends Error {
  constructor(options?: ErrorOptions) {
    super('the browser has no room for more audio', options)
    this.name = 'BufferFull'
  }
}

/** Joins a new Media Source to `audio`; whatever it played before is dropped. */
export async function openMediaBuffer(
  audio: HTMLAudioElement,
  codec: string,
  durationMs: number,
): Promise<MediaBuffer> {
  const type = `audio/mp4; codecs="${codec}"`
  if (!MediaSource.isTypeSupported(type)) throw new Error(`This browser cannot play ${type}.`)
  const source = new MediaSource()
  const url = URL.createObjectURL(source)
  const opened = new Promise<void>((resolve) => source.addEventListener('sourceopen', () => resolve(), { once: true }))
  audio.src = url
  await opened
  URL.revokeObjectURL(url)
  const buffer = source.addSourceBuffer(type)
  source.duration = durationMs / 1_000

  let closed = false
  let last: Promise<unknown> = Promise.resolve()
  // A source buffer does one thing at a time.
  const inTurn = (act: () => void, waits = true): Promise<void> => {
    const turn = last.then(async () => {
      if (closed) return
      const done = waits ? settled(buffer) : undefined
      act()
      await done
    })
    last = turn.catch(() => undefined)
    return turn
  }

  return {
    async append(bytes) {
      await inTurn(() => buffer.appendBuffer(bytes)).catch((cause: unknown) => {
        throw cause instanceof DOMException && cause.name === 'QuotaExceededError' ? new BufferFull({ cause }) : cause
      })
    },
    remove: (startS, endS) => (endS - startS > GAP_S ? inTurn(() => buffer.remove(startS, endS)) : Promise.resolve()),
    ranges() {
      if (closed || source.readyState === 'closed') return []
      const { buffered } = buffer
      return Array.from({ length: buffered.length }, (_, at) => ({
        startS: buffered.start(at),
        endS: buffered.end(at),
      }))
    },
    end: () =>
      inTurn(() => {
        if (source.readyState === 'open') source.endOfStream()
      }, false),
    close() {
      closed = true
    },
  }
}

/** Resolves at the next `updateend`; a failed append rejects. */
function settled(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController()
    const { signal } = over
    buffer.addEventListener(
      'updateend',
      () => {
        over.abort()
        resolve()
      },
      { signal },
    )
    buffer.addEventListener(
      'error',
      () => {
        over.abort()
        reject(new Error('The browser could not read a piece of this track.'))
      },
      { signal },
    )
  })
}

/** Encoded audio may begin a few samples late, at the start or where chunks meet: the playhead is helped over. */
export function stepOverGap(audio: HTMLAudioElement, media: MediaBuffer): void {
  if (audio.paused || audio.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return
  const at = audio.currentTime
  const ahead = media.ranges().find(({ startS }) => startS > at && startS - at < 0.3)
  if (ahead !== undefined) audio.currentTime = ahead.startS + 0.01
}
