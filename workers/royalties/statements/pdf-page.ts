/** Owns the pages of a statement: text at places, tables that go on over pages, and a line at the foot of each. */

import PDFDocument from 'pdfkit'
import { FONT_NAMES, type FontName, fontBytes, runsOf } from './pdf-fonts.ts'

export const MARGIN = 48
export const INK = '#1a1a1e'
export const PALE = '#6b6b74'
const RULE = '#c9c9d1'
const BAND = '#f3f3f6'
const [A4_WIDTH, A4_HEIGHT] = [595.28, 841.89]
export const WIDTH = A4_WIDTH - 2 * MARGIN
const BOTTOM = A4_HEIGHT - MARGIN - 26
const PAD = 4
/** Of the first font: letters of several fonts stand on one line. */
const ASCENT = 0.93
const CONTROL = /\p{Cc}+/gu

export interface TextStyle {
  readonly size?: number
  readonly font?: FontName
  readonly color?: string
  readonly width?: number
  readonly align?: 'left' | 'right'
}

export interface TableColumn {
  readonly title: string
  /** A part of the width of the page. */
  readonly part: number
  readonly align?: 'left' | 'right'
}

export interface PdfFacts {
  readonly title: string
  readonly createdAt: Date
}

export class PdfPages {
  readonly #document: PDFKit.PDFDocument
  readonly #chunks: Buffer[] = []
  readonly #whole: Promise<Buffer>
  y = MARGIN

  /** Nothing in it is of the day or the machine that it is made on. */
  constructor({ title, createdAt }: PdfFacts) {
    this.#document = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      // What is compressed differs from one zlib to the next.
      compress: false,
      lang: 'en',
      displayTitle: true,
      info: {
        Title: title,
        Author: 'Segue',
        Creator: 'Segue',
        Producer: 'Segue',
        CreationDate: createdAt,
        ModDate: createdAt,
      },
    })
    for (const name of FONT_NAMES) this.#document.registerFont(name, fontBytes(name))
    this.#whole = new Promise((resolve, reject) => {
      this.#document.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
      this.#document.once('end', () => resolve(Buffer.concat(this.#chunks)))
      this.#document.once('error', reject)
    })
  }

  /** One line; what does not fit ends with an ellipsis. */
  text(text: string, x: number, y: number, style: TextStyle = {}): void {
    const { size = 9, font = 'regular', color = INK, width = WIDTH, align = 'left' } = style
    const fitting = this.#fitted(text.replaceAll(CONTROL, ' '), font, size, width)
    let at = align === 'right' ? x + width - this.#widthOf(fitting, font, size) : x
    for (const run of runsOf(fitting, font)) {
      this.#document.font(run.font).fontSize(size).fillColor(color)
      this.#document.text(run.text, at, y + size * ASCENT, { lineBreak: false, baseline: 'alphabetic' })
      at += this.#document.widthOfString(run.text)
    }
  }

  rule(y: number, color = RULE): void {
    this.#document
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + WIDTH, y)
      .lineWidth(0.6)
      .strokeColor(color)
      .stroke()
  }

  /** Goes on to the next page when less is left. */
  need(height: number): boolean {
    if (this.y + height <= BOTTOM) return false
    this.#document.addPage()
    this.y = MARGIN
    return true
  }

  heading(text: string): void {
    this.need(64)
    this.y += 14
    this.text(text, MARGIN, this.y, { size: 11, font: 'bold' })
    this.y += 20
  }

  table(columns: readonly TableColumn[], rows: readonly (readonly string[])[], size = 7.5): void {
    const height = size + 7
    const head = () => {
      this.#document.rect(MARGIN, this.y, WIDTH, height + 1).fill(BAND)
      this.#row(
        columns,
        columns.map(({ title }) => title),
        { size, font: 'bold', color: PALE },
      )
      this.y += height + 2
    }
    this.need(3 * height)
    head()
    for (const row of rows) {
      if (this.need(height)) head()
      this.#row(columns, row, { size })
      this.y += height
      this.rule(this.y - 1.5, '#e6e6eb')
    }
  }

  /** @param foot says what stands at the foot of a page, by its number. */
  async end(foot: (page: number, pages: number) => readonly [left: string, right: string]): Promise<Buffer> {
    const { start, count } = this.#document.bufferedPageRange()
    for (let page = start; page < start + count; page += 1) {
      this.#document.switchToPage(page)
      const y = A4_HEIGHT - MARGIN - 8
      this.rule(y - 6)
      const [left, right] = foot(page + 1, count)
      this.text(left, MARGIN, y, { size: 6.5, color: PALE, width: WIDTH - 70 })
      this.text(right, MARGIN, y, { size: 6.5, color: PALE, align: 'right' })
    }
    this.#document.end()
    return await this.#whole
  }

  #row(columns: readonly TableColumn[], texts: readonly string[], style: TextStyle): void {
    const all = columns.reduce((sum, { part }) => sum + part, 0)
    let x = MARGIN
    for (const [index, { part, align = 'left' }] of columns.entries()) {
      const width = (part / all) * WIDTH
      this.text(texts[index] ?? '', x + PAD, this.y + 3, { ...style, align, width: width - 2 * PAD })
      x += width
    }
  }

  #fitted(text: string, font: FontName, size: number, width: number): string {
    if (this.#widthOf(text, font, size) <= width) return text
    const letters = [...text]
    while (letters.length > 0 && this.#widthOf(`${letters.join('')}…`, font, size) > width) letters.pop()
    return `${letters.join('').trimEnd()}…`
  }

  #widthOf(text: string, font: FontName, size: number): number {
    return runsOf(text, font).reduce(
      (sum, run) => sum + this.#document.font(run.font).fontSize(size).widthOfString(run.text),
      0,
    )
  }
}
