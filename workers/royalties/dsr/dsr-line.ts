/** Owns a line of a flat file: cells between tabs, and what in a text would be taken for something else. */

export type Cells = readonly (string | number)[]

export const line = (cells: Cells): string => `${cells.join('\t')}\n`

/** Of names and titles: a tab or a line end becomes a space, `|` would begin a second value, and `\` take away a meaning. */
export const cell = (text: string): string => text.replaceAll(/[\t\r\n]+/g, ' ').replaceAll(/[\\|]/g, '\\$&')
