/** Owns HTTP answers: security headers, JSON, errors of the table, and handlers that take their time. */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import { DependencyAway } from '../../infra/runtime/dependency.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import { networkOfAddress } from '../../protocol/address-key.ts'
import { ERRORS, type ErrorName } from '../../protocol/errors.ts'
import type { ClientAddress } from '../client-address.ts'
import { isAmbiguous } from './ambiguous.ts'

export interface Answer {
  readonly status: string
  readonly contentType: string
  /** A function: the answer goes on for as long as it likes, through the outlet that it is given. */
  readonly body: string | Uint8Array | ((outlet: Outlet) => void)
  readonly headers?: Readonly<Record<string, string>>
}

/** Where an answer that goes on is written; after its end, whole or not, nothing may be. */
export interface Outlet {
  /** False: this is sent when the reader takes it, and more should wait until then. */
  write(text: string): boolean
  onWritable(handler: () => void): void
  /** The reader is gone. Not said of what was ended here. */
  onGone(handler: () => void): void
  end(): void
  /** Breaks off: for a reader that does not take even the end. */
  cut(): void
}

const STATUS_OF: Partial<Record<ErrorName, string>> = {
  unauthorized: '401 Unauthorized',
  forbidden: '403 Forbidden',
  not_found: '404 Not Found',
  invalid_message: '400 Bad Request',
  too_many_requests: '429 Too Many Requests',
  unavailable: '503 Service Unavailable',
  overloaded: '503 Service Unavailable',
}

export function json(value: unknown, status = '200 OK'): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

/** When what is unavailable is worth another attempt. */
const RETRY_AFTER_MS: Partial<Record<ErrorName, number>> = { unavailable: 2_000, overloaded: 5_000 }

/** A row of the table of errors, as JSON; with the seconds to wait where that is known. */
export function failure(name: ErrorName, message: string, retryAfterMs = RETRY_AFTER_MS[name]): Answer {
  const { code, retriable } = ERRORS[name]
  const answer = json({ error: { code, name, retriable, message } }, STATUS_OF[name] ?? '500 Internal Server Error')
  if (retryAfterMs === undefined) return answer
  return { ...answer, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }
}

/** What a handler may read of a request, copied: uWebSockets.js takes the request back when the handler first waits. */
export interface Asked {
  readonly query: URLSearchParams
  readonly parameter: string
  readonly authorization: string
  /** Of the network it comes from. */
  readonly address: string
  readonly ifNoneMatch: string
  /** Of a POST; '' otherwise. */
  readonly body: string
}

export type Handler = (asked: Asked) => Answer | Promise<Answer>

/** A body beyond this is not read. */
const MAX_BODY_BYTES = 16_384

/** What every route has in common. */
export interface Surroundings {
  readonly log: Logger
  readonly clientAddress: ClientAddress
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>
}

/** As `route`, for a POST: the handler is called when the body is whole. */
export function postRoute(handler: Handler, surroundings: Surroundings): (res: HttpResponse, req: HttpRequest) => void {
  return route(handler, surroundings, readBody)
}

/** Undefined: it is too long. */
function readBody(res: HttpResponse): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let bytes = 0
    res.onData((chunk, isLast) => {
      bytes += chunk.byteLength
      // The chunk is taken back when this returns.
      if (bytes <= MAX_BODY_BYTES) parts.push(Buffer.from(new Uint8Array(chunk)))
      if (isLast) resolve(bytes <= MAX_BODY_BYTES ? Buffer.concat(parts).toString() : undefined)
    })
  })
}

/** Joins a handler to a route. What needs a server that is away answers `unavailable`; a handler that throws otherwise, `internal`, and the log has the cause. */
export function route(
  handler: Handler,
  { log, clientAddress, headers }: Surroundings,
  body?: (res: HttpResponse) => Promise<string | undefined>,
): (res: HttpResponse, req: HttpRequest) => void {
  return (res, req) => {
    if (isAmbiguous(req)) {
      res.close()
      return
    }
    const asked: Asked = {
      query: new URLSearchParams(req.getQuery()),
      parameter: req.getParameter(0) ?? '',
      authorization: req.getHeader('authorization'),
      address: networkOfAddress(clientAddress(res, req)),
      ifNoneMatch: req.getHeader('if-none-match'),
      body: '',
    }
    const path = req.getUrl()
    let aborted = false
    let gone = () => {}
    res.onAborted(() => {
      aborted = true
      gone()
    })
    const outlet: Outlet = {
      // Not corked: only so does it say whether the reader keeps up.
      write: (text) => res.write(text),
      onWritable: (handler) => {
        res.onWritable(() => {
          handler()
          return true
        })
      },
      onGone: (handler) => {
        gone = handler
      },
      end: () => {
        aborted = true
        res.cork(() => res.end())
      },
      cut: () => {
        gone = () => {}
        res.close()
      },
    }
    const give = (answer: Answer) => {
      if (aborted) return
      res.cork(() => {
        res.writeStatus(answer.status)
        for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value)
        for (const [name, value] of Object.entries(answer.headers ?? {})) res.writeHeader(name, value)
        res.writeHeader('content-type', answer.contentType)
        if (typeof answer.body !== 'function') res.end(answer.body)
      })
      if (typeof answer.body === 'function') answer.body(outlet)
    }
    const failed = (error: unknown) => {
      if (error instanceof DependencyAway) {
        // The dependency has said so in the log.
        give(failure('unavailable', `${error.message} now; try again`))
        return
      }
      log.error({ err: error, path }, 'a request failed')
      give(failure('internal', 'the gateway failed; its log says why'))
    }
    const answered =
      body === undefined
        ? undefined
        : body(res).then((text) => {
            if (text === undefined) return failure('invalid_message', `a body has ${MAX_BODY_BYTES} bytes at most`)
            return handler({ ...asked, body: text })
          })
    try {
      const answer = answered ?? handler(asked)
      if (answer instanceof Promise) answer.then(give, failed)
      else give(answer)
    } catch (error) {
      failed(error)
    }
  }
}
