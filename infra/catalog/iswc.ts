/** Owns work codes: reading them as they are written. The database asks the same of what is entered (`is_iswc`). Source: ISO 15707. */

const FORM = /^T(\d{9})(\d)$/

/** The letter and ten digits of a code written in any of the usual ways, or undefined when it is none or its check digit is another. */
export function readIswc(text: string): string | undefined {
  const code = text
    .toUpperCase()
    .replace(/^\s*ISWC/, '')
    .replaceAll(/[\s:.-]/g, '')
  const [, digits, check] = FORM.exec(code) ?? []
  return digits !== undefined && Number(check) === checkDigit(digits) ? code : undefined
}

/** One, and each digit as often as its place says, to the next ten. */
function checkDigit(digits: string): number {
  const sum = [...digits].reduce((all, digit, index) => all + Number(digit) * (index + 1), 1)
  return (10 - (sum % 10)) % 10
}
