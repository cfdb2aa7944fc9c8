/** Owns the writing of files that hold secrets: mode 0600 from the first byte, and never half written. */

import { rename, writeFile } from 'node:fs/promises'

export async function writePrivateFile(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}.new`
  await writeFile(aside, text, { mode: 0o600 })
  await rename(aside, path)
}
