import { describe, expect, it } from 'vitest'
import { createTokenDesk } from './token-desk.ts'
import type { Verdict } from './token-verifier.ts'

const NOW = 1_800_000_000_000
const HERE = '192.0.2.1'
const subject = (accountId: string, expiresAtMs: number) => ({
  ...({
    accountId,
    name: accountId,
    plan: 'family',
    country: 'DE',
    member: '',
    roles: ['listener'],
    expiresAtMs,
    signIn: { id: `sign-in of ${accountId}`, issuedAtMs: NOW },
  } as const),
})
const good = (accountId: string, livesMs = 600_000): Verdict => ({
  ...{ ok: true, subject: subject(accountId, NOW + livesMs) },
})
const BAD: Verdict = { ok: false, refusal: 'token_signature' }

/** A desk before a check whose answers are those of `verdicts`, by token; what it checked, and what it counted. */
function deskBefore(verdicts: Record<string, Verdict>, badTokens = { perSecond: 10, burst: 2 }) {
  const clock = { nowMs: NOW }
  const checked: string[] = []
  const counted: string[] = []
  const ended = new Set<string>()
  const desk = createTokenDesk({
    verify: async (token) => {
      checked.push(token)
      await Promise.resolve()
      return verdicts[token] ?? BAD
    },
    isRevoked: ({ signIn }) => ended.has(signIn.id),
    badTokens,
    metrics: { tokens: { inc: ({ result }: { result: string }) => void counted.push(result) } as never },
    now: () => clock.nowMs,
  })
  return { desk, clock, checked, counted, ended }
}

describe('S2 a token that was found good', () => {
  it('is known for a minute, wherever it comes from, and checked again then', async () => {
    const { desk, clock, checked, counted } = deskBefore({ token: good('ada') })
    expect(desk.atSight('token', HERE)).toBe(undefined)
    expect(await desk.judge('token', HERE)).toEqual(good('ada'))
    clock.nowMs += 59_999
    expect(desk.atSight('token', HERE)).toEqual(good('ada'))
    expect(await desk.judge('token', '198.51.100.1')).toEqual(good('ada'))
    expect(checked).toEqual(['token'])
    clock.nowMs += 1
    expect(desk.atSight('token', HERE)).toBe(undefined)
    await desk.judge('token', HERE)
    expect(checked).toEqual(['token', 'token'])
    expect(counted).toEqual(['good', 'known', 'known', 'good'])
  })

  it('is known no longer than it is good', async () => {
    const { desk, clock } = deskBefore({ token: good('ada', 10_000) })
    await desk.judge('token', HERE)
    clock.nowMs += 9_999
    expect(desk.atSight('token', HERE)).toEqual(good('ada', 10_000))
    clock.nowMs += 1
    expect(desk.atSight('token', HERE)).toBe(undefined)
  })

  it('is checked once when it comes many times at once', async () => {
    const { desk, checked } = deskBefore({ token: good('ada') })
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => desk.judge('token', HERE)))
    expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict)))).toEqual(new Set([JSON.stringify(good('ada'))]))
    expect(checked).toEqual(['token'])
  })

  it('is one of 10,000 that are known', async () => {
    const names = Array.from({ length: 10_001 }, (_, n) => `token ${n}`)
    const { desk } = deskBefore(Object.fromEntries(names.map((name) => [name, good(name)])))
    for (const name of names) await desk.judge(name, HERE)
    expect(desk.atSight('token 0', HERE)).toBe(undefined)
    expect(desk.atSight('token 1', HERE)).toEqual(good('token 1'))
    expect(desk.atSight('token 10000', HERE)).toEqual(good('token 10000'))
  })
})

describe('S6 a token of a sign-in that has ended', () => {
  it('is good no more, known or not, and is not held against its address', async () => {
    const { desk, ended, counted } = deskBefore({ token: good('ada'), fresh: good('ada'), other: good('bob') })
    await desk.judge('token', HERE)
    ended.add('sign-in of ada')
    const revoked = { ok: false, refusal: 'token_revoked' }
    expect(desk.atSight('token', HERE)).toEqual(revoked)
    for (let n = 0; n < 5; n += 1) expect(await desk.judge('fresh', HERE)).toEqual(revoked)
    expect(await desk.judge('other', HERE)).toEqual(good('bob'))
    expect(counted).toEqual(['good', ...Array.from({ length: 6 }, () => 'revoked'), 'good'])
  })
})

describe('S2 bad tokens', () => {
  it('are looked at until their address has sent too many; one from elsewhere is, and one that is known', async () => {
    const { desk, clock, checked, counted } = deskBefore({ known: good('ada'), fresh: good('bob') })
    await desk.judge('known', HERE)
    expect(await desk.judge('bad 1', HERE)).toEqual(BAD)
    expect(await desk.judge('bad 2', HERE)).toEqual(BAD)
    const notLookedAt = { ok: false, refusal: 'too_many_requests', retryAfterMs: 100 }
    expect(await desk.judge('bad 3', HERE)).toEqual(notLookedAt)
    expect(await desk.judge('fresh', HERE)).toEqual(notLookedAt)
    expect(checked).toEqual(['known', 'bad 1', 'bad 2'])
    expect(await desk.judge('known', HERE)).toEqual(good('ada'))
    expect(await desk.judge('fresh', '198.51.100.1')).toEqual(good('bob'))
    clock.nowMs += 100
    expect(await desk.judge('bad 3', HERE)).toEqual(BAD)
    expect(counted).toEqual(['good', 'bad', 'bad', 'not_looked_at', 'not_looked_at', 'known', 'good', 'bad'])
  })

  it('that came at once are all paid for by a longer wait', async () => {
    const { desk, clock } = deskBefore({}, { perSecond: 10, burst: 5 })
    await Promise.all(Array.from({ length: 100 }, (_, n) => desk.judge(`bad ${n}`, HERE)))
    expect(await desk.judge('another', HERE)).toMatchObject({ retryAfterMs: 600 })
    clock.nowMs += 600
    expect(await desk.judge('another', HERE)).toEqual(BAD)
  })

  it('are not those that cannot be checked as the issuer is away', async () => {
    const away: Verdict = { ok: false, refusal: 'identity_unavailable' }
    const { desk } = deskBefore({ token: away })
    for (let n = 0; n < 10; n += 1) expect(await desk.judge('token', HERE)).toEqual(away)
  })
})
