/** Owns what the bridge must know of a statement's text: its verb, its format, where inline data begins, that it is one. */

export interface StatementShape {
  /** First word in upper case, '' when there is none. */
  readonly verb: string
  /** What the statement asks for with FORMAT; undefined when it does not. */
  readonly format: string | undefined
  /** Whether the rows of an INSERT follow the statement's text. */
  readonly takesData: boolean
  /** Whether the answer would be written to a file. */
  readonly intoOutfile: boolean
  /** Whether a function of the engine may be meant that reads files, by its name or by one that hides it behind escapes. */
  readonly namesFiles: boolean
  /** Whether something follows the first `;`. */
  readonly several: boolean
}

/**
 * White space, comments, quoted text (three kinds), heredocs, words, and any single character, in this order.
 * What is opened and never closed reaches to the end, so that each character is looked at once.
 */
const TOKEN =
  /\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|\\?$)|`(?:[^`\\]|\\[\s\S]|``)*(?:`|\\?$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|[A-Za-z_]\w*|[\s\S]/gy
const SILENT = /^(?:\s|--|#[ !]|\/\*)/
const WORD = /^[A-Za-z_]/
/** `file` as a bare or quoted name; escapes in a quoted name could spell it, and no name of ours needs one. */
const FILE_FUNCTION = /^(?:file|"file"|`file`|["`][\s\S]*\\[\s\S]*)$/

/** Reads the shape of `sql` without judging it: what is wrong is the engine's to say. */
export function shapeOf(sql: string): StatementShape {
  const shape = {
    verb: '',
    format: undefined as string | undefined,
    takesData: false,
    intoOutfile: false,
    namesFiles: false,
    several: false,
  }
  let first = true
  let before = ''
  let ended = false

  for (const match of sql.matchAll(TOKEN)) {
    const token = match[0]
    if (SILENT.test(token)) continue
    if (ended) return { ...shape, several: true }
    if (token === ';') {
      ended = true
      continue
    }
    const word = WORD.test(token) ? token.toUpperCase() : ''
    if (first) shape.verb = word
    first = false
    if (before === 'FORMAT') {
      shape.format = token
      // What follows the name is data in a language of its own.
      if (shape.verb === 'INSERT') return { ...shape, takesData: true }
    }
    if (before === 'INTO' && word === 'OUTFILE') shape.intoOutfile = true
    if (FILE_FUNCTION.test(token)) shape.namesFiles = true
    before = word
  }
  return shape
}
