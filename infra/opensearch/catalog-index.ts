/** Owns the index of the catalog: its aliases, how its text is taken apart, its fields. A change here is another model, and the index is built again. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The alias that is searched. */
export const CATALOG = 'segue-catalog'
/** The alias of an index that is being built: it hears of changes as well. */
export const CATALOG_BUILDING = 'segue-catalog-building'

/** Read every time a query is taken apart, never when a document is: the list may change without a rebuild of what is indexed. */
const SYNONYMS = readFileSync(join(import.meta.dirname, 'synonyms.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

/** As `fold` of folded-words.ts has it, which marks what was found. */
const TEXT_FILTERS = ['cjk_width', 'lowercase', 'decimal_digit', 'asciifolding']
const ANALYSIS = {
  char_filter: {
    spoken: { type: 'mapping', mappings: ["' =>", '’ =>', '& => \\u0020and\\u0020', '$ => s'] },
  },
  filter: {
    // Chinese, Japanese and Korean have no spaces to cut at.
    bigrams: { type: 'cjk_bigram', output_unigrams: true },
    synonyms: { type: 'synonym_graph', lenient: true, synonyms: SYNONYMS },
  },
  analyzer: {
    words: { type: 'custom', char_filter: ['spoken'], tokenizer: 'standard', filter: [...TEXT_FILTERS, 'bigrams'] },
    asked: {
      type: 'custom',
      char_filter: ['spoken'],
      tokenizer: 'standard',
      filter: [...TEXT_FILTERS, 'synonyms', 'bigrams'],
    },
  },
  normalizer: {
    whole: { type: 'custom', char_filter: ['spoken'], filter: ['lowercase', 'asciifolding'] },
  },
}

const kept = { type: 'keyword', index: false, doc_values: false }
const PROPERTIES = {
  kind: { type: 'keyword' },
  id: kept,
  /** Of an artist its name. */
  title: {
    type: 'text',
    analyzer: 'words',
    fields: { whole: { type: 'keyword', normalizer: 'whole', ignore_above: 256, norms: false } },
  },
  artist: { type: 'text', analyzer: 'words' },
  album: kept,
  artist_id: kept,
  album_id: kept,
  /** Every word by which it may be found, those of other scripts in Latin letters as well. */
  all: {
    type: 'text',
    analyzer: 'words',
    search_analyzer: 'asked',
    index_options: 'freqs',
    index_prefixes: { min_chars: 1, max_chars: 6 },
  },
  is_explicit: { type: 'boolean' },
  /** Whether to some countries alone. */
  is_limited: { type: 'boolean' },
  /** Countries, or '*'. */
  only_in: { type: 'keyword' },
  not_in: { type: 'keyword' },
  duration_ms: { type: 'integer', index: false, doc_values: false },
  tracks: { type: 'integer', index: false, doc_values: false },
  popularity: { type: 'rank_feature' },
}

/** How soon after it is written a document is found. */
export const REFRESH = '250ms'

const INDEX = {
  number_of_shards: 1,
  number_of_replicas: 0,
  // Deletions are remembered this long: a rebuild that read a row before it was deleted must not bring it back.
  gc_deletes: '1h',
}

const model = createHash('sha256')
  .update(JSON.stringify([ANALYSIS, PROPERTIES, INDEX]))
  .digest('hex')
  .slice(0, 12)
/** Of documents too: raised by hand when what is written of a row changes. */
const DOCUMENTS_VERSION = 2
export const CATALOG_MODEL = `${DOCUMENTS_VERSION}-${model}`

/** What an index is of. */
export interface Begun {
  /** Where the log of PostgreSQL was. */
  readonly at: string
  /** The files that PostgreSQL kept the captured tables in: a table that was emptied at once is in another, and no change tells of that. */
  readonly files: string
}

/** The body of an index that is begun now. */
export function catalogIndex(begun: Begun) {
  return {
    settings: { index: { ...INDEX, refresh_interval: REFRESH }, analysis: ANALYSIS },
    mappings: {
      dynamic: 'strict',
      _meta: { model: CATALOG_MODEL, begun_at: begun.at, files: begun.files },
      _source: { excludes: ['all', 'is_limited'] },
      properties: PROPERTIES,
    },
    aliases: { [CATALOG_BUILDING]: {} },
  }
}
