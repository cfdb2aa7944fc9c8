/** Owns which request goes where: our sign-in page and its assets, everything else to the OpenID provider. */

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import type { Logger } from '../runtime/log.ts'
import { signInPage, somethingWrongPage } from './issuer-pages.ts'
import { personOf } from './people.ts'

const MAX_BODY_BYTES = 4_096

const ASSETS: Readonly<Record<string, { file: URL; contentType: string }>> = {
  '/issuer/style.css': { file: new URL('style.css', import.meta.url), contentType: 'text/css; charset=utf-8' },
  '/issuer/sign-out.js': { file: new URL('sign-out.js', import.meta.url), contentType: 'text/javascript' },
}

/** Answers the requests of the issuer. `origins` are where a sign-in may return to. */
export function issuerListener(provider: Provider, origins: readonly string[], log: Logger): RequestListener {
  const answer = provider.callback()
  const policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; " +
    // A form's redirects are held to form-action as well, and the last one goes back to the page.
    `form-action 'self' ${origins.join(' ')}`

  return (request, response) => {
    response.setHeader('content-security-policy', policy)
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('referrer-policy', 'no-referrer')
    const path = new URL(request.url ?? '/', 'http://issuer').pathname
    const asset = ASSETS[path]
    if (asset !== undefined) {
      readFile(asset.file).then((body) => send(response, 200, asset.contentType, body), failed)
    } else if (path.startsWith('/interaction/')) {
      interaction(provider, path, request, response).catch(failed)
    } else {
      answer(request, response).catch(failed)
    }

    function failed(error: unknown) {
      if (error instanceof errors.SessionNotFound) {
        sendPage(response, 400, somethingWrongPage('This sign-in took too long or was begun elsewhere. Begin again.'))
        return
      }
      log.error({ err: error, path }, 'request failed')
      if (response.headersSent) response.destroy()
      else sendPage(response, 500, somethingWrongPage('The sign-in failed. The log of the issuer says why.'))
    }
  }
}

async function interaction(provider: Provider, path: string, request: IncomingMessage, response: ServerResponse) {
  await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    sendPage(response, 200, signInPage(path))
    return
  }
  const person = personOf(new URLSearchParams(await readBody(request)).get('person') ?? '')
  if (person === undefined) {
    sendPage(response, 400, somethingWrongPage('There is no such person. Go back and choose one.'))
    return
  }
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: person.accountId } },
    { mergeWithLastSubmission: false },
  )
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) throw new Error(`the form is longer than ${MAX_BODY_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  send(response, status, 'text/html; charset=utf-8', html)
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body)
}
