/** Owns the configuration of OpenSearch: where it is, if it is anywhere. */

import type { EnvReader } from '../runtime/env.ts'

export interface OpenSearchConfig {
  /** May hold a name and a password. Undefined: this start has none, and nothing is found. */
  readonly url: string | undefined
}

export function opensearchConfig(read: EnvReader): OpenSearchConfig {
  return { url: read.optionalUrl('SEGUE_OPENSEARCH_URL', ['http', 'https']) }
}
