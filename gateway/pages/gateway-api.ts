/** Owns asking the gateway over HTTP: the bearer token, and errors that can be read out. */

import type { ClaimNames } from './token-text.ts'

/** What the pages need to know before anyone is signed in. */
export interface PageConfig {
  readonly issuer: string
  /** Of the player; the pages for analysts have one of their own. */
  readonly client_id: string
  readonly dashboard_client_id: string
  readonly audience: string
  readonly scope: string
  readonly ws_path: string
  readonly claims: ClaimNames
}

/** An answer other than 200, with the status for whoever decides by it. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiError'
    this.status = status
  }
}

export async function pageConfig(): Promise<PageConfig> {
  return (await ask('/api/config', {})) as PageConfig
}

/** GET `path` as the one whose token this is. The gateway is trusted for the shape of what it answers. */
export async function getJson<T>(path: string, token: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, {
    headers: { authorization: `Bearer ${token}` },
    ...(signal === undefined ? {} : { signal }),
  })) as T
}

/** The body of GET `path`, which goes on for as long as the gateway likes. */
export async function openStream(
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await answerOf(path, { headers: { authorization: `Bearer ${token}` }, signal })
  if (body === null) throw new ApiError(0, 'The gateway answered without a body.')
  return body
}

/** POST `value` to `path`, as {@link getJson}. */
export async function postJson<T>(path: string, value: object, token: string): Promise<T> {
  return (await ask(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })) as T
}

async function ask(path: string, init: RequestInit): Promise<unknown> {
  return (await answerOf(path, init)).json()
}

async function answerOf(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch((cause: unknown) => {
    throw new ApiError(0, 'The gateway does not answer. Is it running?', { cause })
  })
  if (!response.ok) throw new ApiError(response.status, await problemIn(response))
  return response
}

/** By the name in the table of errors where there is one; what a proxy answers has none. */
async function problemIn(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as { error?: { name?: string } } | undefined
  if (body?.error?.name === 'overloaded') return 'The gateway has too much under way.'
  return SAYINGS[response.status] ?? `The gateway answered ${response.status}.`
}

const SAYINGS: Readonly<Record<number, string>> = {
  401: 'The sign-in has expired. Sign in again.',
  403: 'This account may not see that.',
  404: 'There is nothing at this address.',
  503: 'A server behind the gateway does not answer.',
}
