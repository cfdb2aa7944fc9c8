import { describe } from 'vitest'
import { accountStoreContract } from '../../infra/redis/account-store.contract.ts'
import { AccountModel } from './account-model.ts'

describe('the model of the store of accounts', () => {
  let nowMs = 1_800_000_000_000
  const model = new AccountModel(() => nowMs)
  accountStoreContract(() => ({
    create: (options) => model.store(options),
    forget: async (accountId) => model.forget(accountId),
    nowMs: () => nowMs,
    pass: async (ms) => {
      nowMs += ms
    },
  }))
})
