/** Owns where something may be found: wherever any of its tracks may. */

import type { CatalogDocument } from '../../infra/opensearch/documents.ts'

export type Reach = Pick<CatalogDocument, 'only_in' | 'not_in'>

/**
 * In the order of the alphabet, so that whoever reads the same rows writes the same document.
 * @param rights of each track, or once of those that agree: `-{…}` everywhere but there, `+{…}` there alone. None: there is nothing
 * to play, and so nothing that is kept from anybody.
 */
export function reachOf(rights: readonly string[]): Reach {
  const only = new Set<string>()
  let but: readonly string[] | undefined = rights.length === 0 ? [] : undefined
  for (const right of rights) {
    const codes: readonly string[] = right.match(/[A-Z]{2}/g) ?? []
    if (right.startsWith('+')) for (const code of codes) only.add(code)
    // What one is kept from, another may be found in.
    else but = but === undefined ? codes : but.filter((code) => codes.includes(code))
  }
  if (but === undefined) return { only_in: [...only].sort(), not_in: [] }
  return { only_in: ['*'], not_in: but.filter((code) => !only.has(code)).sort() }
}
