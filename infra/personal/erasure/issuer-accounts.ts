/** Owns the port to whoever keeps the accounts by which people sign in: he who is erased must not come back by one. */

export interface IssuerAccounts {
  /** What it has of an account; undefined: there is none. */
  read(accountId: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Lets nobody in by it any more, ends its sign-ins and takes it away. False: there is none. */
  remove(accountId: string): Promise<boolean>
}
