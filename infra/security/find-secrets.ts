/** Owns the search for secrets in files: keys of clouds and services, private keys, addresses that hold a password. By secretlint's rules. */

import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'

export interface FoundSecret {
  readonly path: string
  readonly line: number
  /** What kind of secret; not the secret. */
  readonly kind: string
}

const RULES = [
  {
    id: '@secretlint/secretlint-rule-preset-recommend',
    rule: creator,
    // Off unless asked for: an id alone opens nothing, and where one stands its secret is not far.
    rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }],
  },
]

/** @param bytes of the file; one that is no text has none that could be read */
export async function findSecrets(path: string, bytes: Uint8Array): Promise<FoundSecret[]> {
  if (bytes.includes(0)) return []
  const content = new TextDecoder().decode(bytes)
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: '', contentType: 'text' },
    // The finding is told where anybody may read it: without what was found.
    options: { config: { rules: RULES }, maskSecrets: true, noPhysicFilePath: true },
  })
  return messages.map(({ loc, messageId, ruleId }) => ({
    path,
    line: loc.start.line,
    kind: `${ruleId.split('/').at(-1)} ${messageId}`,
  }))
}
