/** Owns the port to where backups are kept: a folder, or a bucket of a store that is not the one that is backed up. */

import type { Readable } from 'node:stream'

export interface Place {
  /** As a person named it. */
  readonly title: string
  /** Whole or absent, whatever breaks in the middle; one of the same name is replaced. */
  put(name: string, bytes: Readable): Promise<void>
  /** Undefined: it is not there. */
  open(name: string): Promise<Readable | undefined>
  /** The names that begin with `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>
  remove(name: string): Promise<void>
}
