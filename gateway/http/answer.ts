/** Owns HTTP answers: security headers, JSON, errors of the table, and handlers that take their time. */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import type { Logger } from '../../infra/runtime/log.ts'
import { ERRORS, type ErrorName } from '../../protocol/errors.ts'

export interface Answer {
  readonly status: string
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

const STATUS_OF: Partial<Record<ErrorName, string>> = {
  unauthorized: '401 Unauthorized',
  forbidden: '403 Forbidden',
  not_found: '404 Not Found',
  invalid_message: '400 Bad Request',
  unavailable: '503 Service Unavailable',
}

export function json(value: unknown, status = '200 OK'): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

export function text(body: string, status = '200 OK'): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

/** A row of the table of errors, as JSON. */
export function failure(name: ErrorName, message: string): Answer {
  const { code, retriable } = ERRORS[name]
  return json({ error: { code, name, retriable, message } }, STATUS_OF[name] ?? '500 Internal Server Error')
}

/** What a handler may read of a request, copied: uWebSockets.js takes the request back when the handler first waits. */
export interface Asked {
  readonly query: URLSearchParams
  readonly parameter: string
  readonly authorization: string
  readonly ifNoneMatch: string
}

export type Handler = (asked: Asked) => Answer | Promise<Answer>

/** Joins a handler to a route. A handler that throws answers `internal`, and the log has the cause. */
export function route(
  handler: Handler,
  log: Logger,
  headers: Readonly<Record<string, string>>,
): (res: HttpResponse, req: HttpRequest) => void {
  return (res, req) => {
    const asked: Asked = {
      query: new URLSearchParams(req.getQuery()),
      parameter: req.getParameter(0) ?? '',
      authorization: req.getHeader('authorization'),
      ifNoneMatch: req.getHeader('if-none-match'),
    }
    const path = req.getUrl()
    let aborted = false
    res.onAborted(() => {
      aborted = true
    })
    const give = (answer: Answer) => {
      if (aborted) return
      res.cork(() => {
        res.writeStatus(answer.status)
        for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value)
        for (const [name, value] of Object.entries(answer.headers ?? {})) res.writeHeader(name, value)
        res.writeHeader('content-type', answer.contentType)
        res.end(answer.body)
      })
    }
    const failed = (error: unknown) => {
      log.error({ err: error, path }, 'a request failed')
      give(failure('internal', 'the gateway failed; its log says why'))
    }
    try {
      const answer = handler(asked)
      if (answer instanceof Promise) answer.then(give, failed)
      else give(answer)
    } catch (error) {
      failed(error)
    }
  }
}
