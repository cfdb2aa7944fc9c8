/** Owns the connection that figures come by: opened again with growing pauses, given up when silent, none while nobody looks. */

import { eventReader } from '../event-stream.ts'
import { openStream } from '../gateway-api.ts'

/** The gateway says something every 5 s. */
const SILENT_AFTER_MS = 12_000
const PAUSE_MS = { first: 1_000, most: 20_000 } as const

export interface Live {
  /** Connects anew: the question has changed. */
  again(): void
}

export interface LiveParts<T> {
  readonly path: () => string
  /** A fresh one when the last was refused. */
  readonly token: (fresh: boolean) => Promise<string>
  readonly figures: (value: T) => void
  /** True: there is no use in trying again. */
  readonly failed: (error: unknown) => boolean
}

export function startLive<T>(parts: LiveParts<T>): Live {
  let current: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pauseMs: number = PAUSE_MS.first
  let refused = false

  const connect = async (): Promise<void> => {
    clearTimeout(timer)
    current?.abort()
    const mine = new AbortController()
    current = mine
    try {
      await follow(mine)
      // Ended in good order: the gateway leaves, or the token has expired.
      pauseMs = PAUSE_MS.first
    } catch (error) {
      if (current !== mine) return
      refused = error instanceof Error && 'status' in error && error.status === 401
      if (parts.failed(error)) return
      pauseMs = Math.min(2 * pauseMs, PAUSE_MS.most)
    }
    if (current !== mine || document.hidden) return
    // Spread out, so that a gateway that comes back is not met by a crowd.
    timer = setTimeout(() => void connect(), pauseMs * (0.5 + Math.random() / 2))
  }

  const follow = async (mine: AbortController): Promise<void> => {
    const silent = () => mine.abort(new Error('The gateway has gone silent.'))
    let watch = setTimeout(silent, SILENT_AFTER_MS)
    try {
      const body = await openStream(parts.path(), await parts.token(refused), mine.signal)
      refused = false
      const events = eventReader()
      const decoder = new TextDecoder()
      const reader = body.getReader()
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(watch)
        watch = setTimeout(silent, SILENT_AFTER_MS)
        for (const { event, data } of events(decoder.decode(piece.value, { stream: true }))) take(event, data)
      }
    } finally {
      clearTimeout(watch)
    }
  }

  const take = (event: string, data: string) => {
    if (event === 'figures') {
      pauseMs = PAUSE_MS.first
      parts.figures(JSON.parse(data) as T)
    } else if (event === 'trouble') {
      const { error } = JSON.parse(data) as { error: { message: string } }
      parts.failed(new Error(`The gateway says: ${error.message}.`))
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(timer)
      current?.abort()
      current = undefined
    } else if (current === undefined) void connect()
  })
  void connect()
  return { again: () => void connect() }
}
