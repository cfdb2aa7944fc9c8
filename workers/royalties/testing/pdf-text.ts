/** Owns the text of a PDF as a reader would copy it: of pages that are not compressed, by the tables of letters of their fonts. */

const OBJECT = /(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g
/** A place, a font, or letters shown there. */
const STEP = /1 0 0 1 \S+ (\S+) Tm|\/(F\d+) \S+ Tf|\[([^\]]*)\] TJ/g

/** By line, from the top of the first page on; what stands apart on a line is apart by a tab. */
export function pdfText(pdf: Buffer): string[] {
  const objects = new Map([...pdf.toString('latin1').matchAll(OBJECT)].map(([, id = '', body = '']) => [id, body]))
  const at = (id: string | undefined) => objects.get(id ?? '') ?? ''
  const pages = [
    ...(/\/Kids \[([^\]]*)\]/.exec([...objects.values()].find(isPages) ?? '')?.[1]?.matchAll(/(\d+) 0 R/g) ?? []),
  ]
  return pages.flatMap(([, id]) => {
    const page = at(id)
    const resources = at(/\/Resources (\d+) 0 R/.exec(page)?.[1])
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', font]) => [
        name,
        lettersOf(at(/\/ToUnicode (\d+) 0 R/.exec(at(font))?.[1])),
      ]),
    )
    return linesOf(at(/\/Contents (\d+) 0 R/.exec(page)?.[1]), fonts)
  })
}

const isPages = (body: string): boolean => body.includes('/Type /Pages')

/** By the number of the glyph. */
function lettersOf(table: string): string[] {
  const letters: string[] = []
  for (const [, from = '', all = ''] of table.matchAll(/<(\w+)> <\w+> \[([^\]]*)\]/g))
    for (const [n, [, units = '']] of [...all.matchAll(/<([^>]*)>/g)].entries())
      letters[Number.parseInt(from, 16) + n] = units
        .split(' ')
        .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
        .join('')
  return letters
}

function linesOf(content: string, fonts: ReadonlyMap<string, readonly string[]>): string[] {
  const lines = new Map<string, string[]>()
  let [line, letters]: [string[], readonly string[]] = [[], []]
  for (const [, y, font, shown] of content.matchAll(STEP)) {
    if (y !== undefined) {
      line = lines.get(y) ?? []
      lines.set(y, line)
    } else if (font !== undefined) letters = fonts.get(font) ?? []
    else
      line.push(
        [...(shown ?? '').matchAll(/<(\w*)>/g)]
          .flatMap(([, glyphs = '']) => glyphs.match(/.{4}/g) ?? [])
          .map((glyph) => letters[Number.parseInt(glyph, 16)] ?? '\ufffd')
          .join(''),
      )
  }
  return [...lines.values()].map((texts) => texts.join('\t'))
}
