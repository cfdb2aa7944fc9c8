/** Owns the making of OpenSearch clients. */

import { Client } from '@opensearch-project/opensearch'

export type OpenSearch = Client

export interface OpenSearchOptions {
  /** A request is given up after this long. */
  readonly requestTimeoutMs?: number
}

const REQUEST_TIMEOUT_MS = 30_000

/** It asks once: whoever calls knows better whether to ask again. */
export function createOpenSearch(url: string, options: OpenSearchOptions = {}): OpenSearch {
  return new Client({ node: url, requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, maxRetries: 0 })
}
