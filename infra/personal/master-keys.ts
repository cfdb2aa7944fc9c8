/** Owns the port to whoever keeps the master keys: a key management service, or what stands in for one. Data keys go to it to be wrapped and come back in clear; master keys never leave it. */

export interface WrappedKey {
  /** The name of the master key, which is no secret. */
  readonly masterKey: string
  readonly wrapped: Buffer
}

export interface MasterKeys {
  /** The name of the master key that wraps from now on. */
  readonly current: string
  /** @param about whose key it is: it is unwrapped for the same alone */
  wrap(key: Buffer, about: string): Promise<WrappedKey>
  /** @throws {MasterKeyProblem} */
  unwrap(wrapped: WrappedKey, about: string): Promise<Buffer>
}

export type MasterKeyFlaw = 'unknown-master-key' | 'not-wrapped-by-it'

export class MasterKeyProblem extends Error {
  readonly flaw: MasterKeyFlaw

  constructor(flaw: MasterKeyFlaw, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'MasterKeyProblem'
    this.flaw = flaw
  }
}
