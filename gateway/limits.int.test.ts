import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type KeyServer, startKeyServer, type TokenChanges } from '../infra/issuer/key-server.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const MOST_SOCKETS = 64
const MOST_BAD_TOKENS = 5
const MOST_REFRESHES = 3
const ELSEWHERE = '127.0.0.2'

let keys: KeyServer
/** Generous, strict to accounts, and strict to addresses and sessions. */
let wide: GatewayProcess
let ofAccounts: GatewayProcess
let ofAddresses: GatewayProcess

beforeAll(async () => {
  keys = await startKeyServer()
  const env = { ...inject('stackEnv'), SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl }
  ;[wide, ofAccounts, ofAddresses] = await Promise.all([
    startGateway({ ...env, SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST: '1000' }),
    startGateway({ ...env, SEGUE_SIGN_INS_OF_AN_ACCOUNT_PER_MINUTE: '6', SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST: '3' }),
    startGateway({
      ...env,
      SEGUE_BAD_TOKENS_OF_AN_ADDRESS_PER_MINUTE: '6',
      SEGUE_BAD_TOKENS_OF_AN_ADDRESS_BURST: String(MOST_BAD_TOKENS),
      SEGUE_REFRESHES_PER_MINUTE: String(MOST_REFRESHES),
    }),
  ])
})

afterAll(async () => {
  await Promise.all([wide?.stop(), ofAccounts?.stop(), ofAddresses?.stop()])
  await keys?.stop()
})

const tokenOf = (sub: string, changes: TokenChanges = {}) => keys.token({ ...changes, claims: { sub, plan: 'family' } })

/** One that has asked to sign in. */
async function asks(gateway: GatewayProcess, token: string, from?: string): Promise<RawPlayer> {
  const player = RawPlayer.connect(gateway.ws, 'msgpack', from)
  await player.hears('hello')
  player.says({ type: 'authenticate', token, device: { id: 'd', name: 'n', kind: 'web' } })
  return player
}

async function signIn(gateway: GatewayProcess, token: string, from?: string) {
  const player = await asks(gateway, token, from)
  return { player, ticket: (await player.hears('ready')).ticket }
}

async function resumes(gateway: GatewayProcess, ticket: string): Promise<RawPlayer> {
  const player = RawPlayer.connect(`${gateway.ws}?resume=1`)
  await player.hears('hello')
  player.says({ type: 'resume', id: 1_000, ticket, last_seq: 0 })
  return player
}

/** Refused with the time to wait, which is returned. */
async function toldToWait(player: RawPlayer): Promise<number> {
  const { reason, reconnect_after_ms } = await player.hears('goaway')
  expect(reason).toBe('overloaded')
  expect(await player.closes()).toBe(4005)
  return reconnect_after_ms
}

const catalogBy = (gateway: GatewayProcess, token: string) =>
  fetch(`${gateway.http}/api/catalog`, { headers: { authorization: `Bearer ${token}` } })

const turnedAway = (gateway: GatewayProcess, reason: string) =>
  metric(gateway, `segue_gateway_turned_away_total{reason="${reason}"}`)

describe('G2 an account', () => {
  it('has so many sockets at a gateway, signed in or resumed; one that takes over its own is no other', async () => {
    const token = await tokenOf('acct-crowd')
    const elsewhere = await signIn(ofAccounts, token)
    const seated = await Promise.all(Array.from({ length: MOST_SOCKETS }, () => signIn(wide, token)))

    expect(await (await asks(wide, token)).closes()).toBe(4005)
    const late = await resumes(wide, elsewhere.ticket)
    expect(await late.closes()).toBe(4005)
    expect(await turnedAway(wide, 'account')).toBe(2)

    const [first, second] = seated
    const back = await resumes(wide, first?.ticket ?? '')
    await back.hears('resumed')
    expect(await first?.player.closes()).toBe(4510)
    back.says({ type: 'heartbeat', sent_at_ms: 1 })
    await back.hears('heartbeat_ack')

    const other = await signIn(wide, await tokenOf('acct-quiet'))
    other.player.hangUp()

    // There is room again: the ticket of the one that was turned away is as good as before.
    second?.player.hangUp()
    await expect.poll(() => metric(wide, 'segue_gateway_sockets')).toBe(MOST_SOCKETS - 1)
    const again = await resumes(wide, elsewhere.ticket)
    expect(await again.hears('resumed')).toMatchObject({ recovered: true })
    expect(await turnedAway(wide, 'account')).toBe(2)
    for (const { player } of [{ player: back }, { player: again }, elsewhere, ...seated]) player.hangUp()
  })

  it('signs in at its own rate: beyond it is told to wait, whatever its token, and others are not', async () => {
    const token = await tokenOf('acct-hasty')
    const players = await Promise.all([1, 2, 3].map(() => signIn(ofAccounts, token)))
    const waitMs = await toldToWait(await asks(ofAccounts, token))
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(10_000 + 5_000)
    // Known or new: it is the account that counts.
    const fresh = [await tokenOf('acct-hasty'), await tokenOf('acct-hasty')]
    for (const one of fresh) await toldToWait(await asks(ofAccounts, one))
    const others = await signIn(ofAccounts, await tokenOf('acct-patient'))
    // Those that were let in go on.
    for (const { player } of [...players, others]) {
      player.says({ type: 'heartbeat', sent_at_ms: 1 })
      await player.hears('heartbeat_ack')
      player.hangUp()
    }
    await expect
      .poll(async () => (await (await asks(ofAccounts, token)).hearsAny()).type, { interval: 500 })
      .toBe('ready')
  })
})

describe('S2 an address that sends bad tokens', () => {
  it('is looked at no more for a while, by socket or HTTP; tokens that are known are, and addresses beside it', async () => {
    const known = await tokenOf('acct-known')
    const before = await signIn(ofAddresses, known)
    const bad = () => tokenOf('acct-bad', { foreignKey: true })

    const codes: number[] = []
    while (codes.length < 2 * MOST_BAD_TOKENS && !codes.includes(429)) {
      codes.push((await catalogBy(ofAddresses, await bad())).status)
    }
    expect(codes.filter((code) => code === 401).length).toBeGreaterThanOrEqual(MOST_BAD_TOKENS)
    const refused = await catalogBy(ofAddresses, await bad())
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await refused.json()).toMatchObject({ error: { code: 209, name: 'too_many_requests', retriable: true } })

    // However good: nobody looks.
    const good = await tokenOf('acct-newcomer')
    await toldToWait(await asks(ofAddresses, good))
    expect(await turnedAway(ofAddresses, 'bad_tokens')).toBe(1)
    before.player.says({ type: 'refresh', id: 7, token: good })
    const putOff = await before.player.hears('error')
    expect(putOff).toMatchObject({ re: 7, code: 209, retriable: true })
    expect(putOff.retry_after_ms).toBeGreaterThan(0)

    expect((await catalogBy(ofAddresses, known)).status).toBe(200)
    const again = await signIn(ofAddresses, known)
    const other = await signIn(ofAddresses, good, ELSEWHERE)
    expect(await metric(ofAddresses, 'segue_gateway_tokens_total{result="bad"}')).toBeLessThanOrEqual(
      2 * MOST_BAD_TOKENS,
    )
    for (const { player } of [before, again, other]) player.hangUp()

    const newcomer = async () => (await catalogBy(ofAddresses, await tokenOf('acct-later'))).status
    await expect.poll(newcomer, { interval: 500 }).toBe(200)
  })
})

describe('S4 a session that refreshes its token too often', () => {
  it('is told how long to wait and goes on; a resume gives it no more, and others have their own', async () => {
    const { player, ticket } = await signIn(ofAddresses, await tokenOf('acct-anxious'))
    const { player: other } = await signIn(ofAddresses, await tokenOf('acct-calm'))
    for (let id = 1; id <= MOST_REFRESHES; id += 1) {
      player.says({ type: 'refresh', id, token: await tokenOf('acct-anxious') })
      expect(await player.hears('refreshed')).toMatchObject({ re: id })
    }
    player.says({ type: 'refresh', id: 10, token: await tokenOf('acct-anxious') })
    const refused = await player.hears('error')
    expect(refused).toMatchObject({ re: 10, code: 209, name: 'too_many_requests', retriable: true })
    expect(refused.retry_after_ms).toBeGreaterThan(0)
    player.says({ type: 'heartbeat', sent_at_ms: 1 })
    await player.hears('heartbeat_ack')

    const back = await resumes(ofAddresses, ticket)
    await back.hears('resumed')
    back.says({ type: 'refresh', id: 11, token: await tokenOf('acct-anxious') })
    expect(await back.hears('error')).toMatchObject({ re: 11, code: 209 })

    other.says({ type: 'refresh', id: 1, token: await tokenOf('acct-calm') })
    expect(await other.hears('refreshed')).toMatchObject({ re: 1 })
    other.hangUp()
    back.hangUp()
  })
})
