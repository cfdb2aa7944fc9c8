/** Owns what the issuer remembers: sessions, grants, codes, refresh tokens. In memory, and kept when keys are reloaded. */

import type { Adapter, AdapterPayload } from 'oidc-provider'

const SWEEP_EVERY_WRITES = 256

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAtMs: number
}

export interface IssuerState {
  /** The view of one kind of record, as the provider asks for it. */
  adapter(model: string): Adapter
}

export function createIssuerState(now: () => number = Date.now): IssuerState {
  const entries = new Map<string, Entry>()
  let writes = 0

  const sweep = () => {
    for (const [key, entry] of entries) if (entry.expiresAtMs <= now()) entries.delete(key)
  }
  const live = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAtMs > now() ? entry.payload : undefined
  }

  return {
    adapter(model) {
      const keyOf = (id: string) => `${model}:${id}`
      // Few enough to look through: a development issuer has a handful of people.
      const findBy = async (field: 'uid' | 'userCode', value: string) => {
        for (const [key, entry] of entries) {
          if (key.startsWith(`${model}:`) && entry.payload[field] === value) return live(key)
        }
        return undefined
      }
      return {
        async upsert(id, payload, expiresInS) {
          writes += 1
          if (writes % SWEEP_EVERY_WRITES === 0) sweep()
          const expiresAtMs = expiresInS === undefined ? Number.POSITIVE_INFINITY : now() + expiresInS * 1_000
          entries.set(keyOf(id), { payload, expiresAtMs })
        },
        find: async (id) => live(keyOf(id)),
        findByUid: (uid) => findBy('uid', uid),
        findByUserCode: (userCode) => findBy('userCode', userCode),
        async consume(id) {
          const payload = live(keyOf(id))
          if (payload !== undefined) payload.consumed = Math.floor(now() / 1_000)
        },
        async destroy(id) {
          entries.delete(keyOf(id))
        },
        async revokeByGrantId(grantId) {
          for (const [key, entry] of entries) if (entry.payload.grantId === grantId) entries.delete(key)
        },
      }
    },
  }
}
