/** Owns release codes (GRid): reading those that files carry. Sources: the GRid Standard 2.1; ISO/IEC 7064, MOD 37,36. */

const FORM = /^A1[0-9A-Z]{16}$/
const CHARACTERS = 36

/** The eighteen characters of a code written in any of the usual ways, or undefined when it is none or its check character is another. */
export function readGrid(text: string): string | undefined {
  const code = text
    .toUpperCase()
    .replace(/^\s*GRID/, '')
    .replaceAll(/[\s:-]/g, '')
  return FORM.test(code) && isChecked(code) ? code : undefined
}

/** The hybrid system of the standard: the last character is the one that brings the product to one. */
function isChecked(code: string): boolean {
  let product = CHARACTERS
  for (const character of code.slice(0, -1)) {
    const sum = (product + numberOf(character)) % CHARACTERS
    product = ((sum === 0 ? CHARACTERS : sum) * 2) % (CHARACTERS + 1)
  }
  return (product + numberOf(code.slice(-1))) % CHARACTERS === 1
}

function numberOf(character: string): number {
  return Number.parseInt(character, CHARACTERS)
}
