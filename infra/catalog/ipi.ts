/**
 * Owns name numbers of authors and publishers (IPI, before it CAE): reading them as they are written. The database asks the same of
 * what is entered (`is_ipi_name`). Source: CISAC, by the CWR manual.
 */

const FORM = /^(\d{9})(\d{2})$/
const [MODULUS, FIRST_WEIGHT] = [101, 10] as const

/** The eleven digits of a name number, zeros before it left out or not, or undefined when it is none or its check digits are others. */
export function readIpiName(text: string): string | undefined {
  const [, digits, check] = FORM.exec(text.trim().padStart(11, '0')) ?? []
  return digits !== undefined && Number(digits) > 0 && check === checkDigits(digits) ? `${digits}${check}` : undefined
}

function checkDigits(digits: string): string {
  const sum = [...digits].reduce((all, digit, index) => all + Number(digit) * (FIRST_WEIGHT - index), 0) % MODULUS
  // There are two digits for a remainder of 100 too: they are 00, as of none.
  return String(sum === 0 ? 0 : (MODULUS - sum) % 100).padStart(2, '0')
}
