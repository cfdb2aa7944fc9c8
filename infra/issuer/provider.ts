/** Owns what the development issuer promises: the public clients of the pages, the private one of Superset, PKCE, JWT access tokens, no consent screen. */

import { type ClientMetadata, type Configuration, Provider } from 'oidc-provider'
import { twinOrigin } from '../stack/twin-origin.ts'
import type { IssuerConfig } from './config.ts'
import { signOutPage, somethingWrongPage } from './issuer-pages.ts'
import type { IssuerState } from './issuer-state.ts'
import { claimsOf, personOf } from './people.ts'
import type { IssuerSecrets } from './signing-keys.ts'

const PLAYER_CLIENT_ID = 'segue-player'
const DASHBOARD_CLIENT_ID = 'segue-dashboard'
/** The resource that tokens are for when a client names none; its audience is the configured one. */
const GATEWAY_RESOURCE = 'urn:segue:gateway'
const ACCESS_TOKEN_S = 10 * 60
const SESSION_S = 12 * 60 * 60
const REFRESH_TOKEN_S = 14 * 24 * 60 * 60

/** The origins that pages may come from: the gateway's, and on a loopback address its other name as well. */
export function pageOrigins(gatewayOrigin: string): string[] {
  const { origin } = new URL(gatewayOrigin)
  const twin = twinOrigin(origin)
  return twin === undefined ? [origin] : [origin, twin]
}

/** Builds the provider. Access tokens outlive a restart, what `state` remembers does not. */
export function createProvider(config: IssuerConfig, secrets: IssuerSecrets, state: IssuerState): Provider {
  const origins = pageOrigins(config.gatewayOrigin)
  const logoutUri = `${config.backchannelOrigin}/backchannel-logout`
  const pageClient = (clientId: string, name: string, paths: readonly string[]): ClientMetadata => {
    const pages = origins.flatMap((origin) => paths.map((path) => `${origin}${path}`))
    return {
      client_id: clientId,
      client_name: name,
      redirect_uris: pages,
      post_logout_redirect_uris: pages,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
      backchannel_logout_uri: logoutUri,
      backchannel_logout_session_required: true,
    }
  }
  const returns = pageOrigins(config.superset.url).map((origin) => `${origin}/oauth-authorized/segue`)
  const configuration: Configuration = {
    adapter: (model: string) => state.adapter(model),
    jwks: { keys: secrets.keys.map((key) => ({ ...key })) },
    cookies: {
      keys: [...secrets.cookieKeys],
      // Cookies do not know ports: names of our own keep other issuers on this host apart.
      names: { session: 'segue_issuer', interaction: 'segue_issuer_step', resume: 'segue_issuer_resume' },
    },
    clients: [
      pageClient(PLAYER_CLIENT_ID, 'Segue', ['/']),
      pageClient(DASHBOARD_CLIENT_ID, 'Segue for analysts', ['/dashboard', '/cases']),
      {
        client_id: config.superset.clientId,
        client_secret: config.superset.clientSecret.reveal(),
        client_name: 'Superset',
        redirect_uris: returns,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    responseTypes: ['code'],
    scopes: ['openid'],
    // A server that signs people in reads who they are from the id token alone.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['name', 'plan', 'country', 'roles'] },
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origins.includes(origin),
    findAccount: (_ctx, accountId) => {
      const person = personOf(accountId)
      return person && { accountId, claims: () => ({ sub: accountId, ...claimsOf(person) }) }
    },
    extraTokenClaims: (ctx, token) => {
      const person = 'accountId' in token ? personOf(String(token.accountId)) : undefined
      // By which the gateway is told that this sign-in has ended.
      const { AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities
      const sid = code?.sid ?? refresh?.sid
      return person && { ...claimsOf(person), ...(sid === undefined ? {} : { sid }) }
    },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Whoever signs out has signed out: no refresh token is good for longer.
    expiresWithSession: () => true,
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    // It asks public addresses alone; the only one that it is to ask is the gateway, which is here.
    fetch: (input, init = {}) => {
      if (String(input) !== logoutUri) throw new Error(`the issuer asks nobody at ${String(input)}`)
      Reflect.deleteProperty(init, 'dispatcher')
      return globalThis.fetch(input, init)
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = somethingWrongPage(out.error_description ?? out.error)
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_S,
      AuthorizationCode: 60,
      IdToken: ACCESS_TOKEN_S,
      RefreshToken: REFRESH_TOKEN_S,
      Interaction: 15 * 60,
      Session: SESSION_S,
      Grant: REFRESH_TOKEN_S,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = signOutPage(form)
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = somethingWrongPage('You are signed out. Close this page.')
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => GATEWAY_RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: config.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: ACCESS_TOKEN_S,
          jwt: { sign: { alg: 'ES256', ...newestKid(secrets) } },
        }),
      },
    },
  }
  return new Provider(config.url, configuration)
}

function newestKid(secrets: IssuerSecrets): { kid?: string } {
  const kid = secrets.keys[0]?.kid
  return kid === undefined ? {} : { kid }
}
