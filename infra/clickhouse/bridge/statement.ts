/** Owns what the bridge must know of a statement's text: its verb, its format, where inline data begins, that it is one. */

export interface StatementShape {
  /** First word in upper case, '' when there is none. */
  readonly verb: string
  /** What the statement asks for with FORMAT; undefined when it does not. */
  readonly format: string | undefined
  /** Whether the rows of an INSERT follow the statement's text. */
  readonly takesData: boolean
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

/** Reads the shape of `sql` without judging it: what is wrong is the engine's to say. */
export function shapeOf(sql: string): StatementShape {
  let verb = ''
  let format: string | undefined
  let afterFormat = false
  let ended = false

  for (const match of sql.matchAll(TOKEN)) {
    const token = match[0]
    if (SILENT.test(token)) continue
    if (ended) return { verb, format, takesData: false, several: true }
    if (token === ';') {
      ended = true
      continue
    }
    const word = WORD.test(token) ? token.toUpperCase() : ''
    if (verb === '') {
      verb = word
      if (word === '') return { verb: '', format: undefined, takesData: false, several: false }
      continue
    }
    if (afterFormat) {
      format = token
      // What follows the name is data in a language of its own.
      if (verb === 'INSERT') return { verb, format, takesData: true, several: false }
    }
    afterFormat = word === 'FORMAT'
  }
  return { verb, format, takesData: false, several: false }
}
