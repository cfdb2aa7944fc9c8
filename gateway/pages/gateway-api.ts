/** Owns asking the gateway over HTTP: the bearer token, and errors that can be read out. */

/** What the pages need to know before anyone is signed in. */
export interface PageConfig {
  readonly issuer: string
  readonly client_id: string
  readonly audience: string
  readonly scope: string
  readonly ws_path: string
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

async function ask(path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(path, init).catch((cause: unknown) => {
    throw new ApiError(0, 'The gateway does not answer. Is it running?', { cause })
  })
  if (!response.ok)
    throw new ApiError(response.status, SAYINGS[response.status] ?? `The gateway answered ${response.status}.`)
  return response.json()
}

const SAYINGS: Readonly<Record<number, string>> = {
  401: 'The sign-in has expired. Sign in again.',
  403: 'This account may not see that.',
  404: 'There is nothing at this address.',
  503: 'A server behind the gateway does not answer.',
}
