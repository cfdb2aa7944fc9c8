/** Owns reading the parameters of a question: what is missing, unknown or malformed is said, all of it. */

import type { Parameter, Question } from './questions.ts'

/** What is wrong with the parameters of a question, one line each. */
export class ParameterProblem extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ParameterProblem'
  }
}

const FORMS: Readonly<Record<Parameter['kind'], { readonly form: RegExp; readonly says: string }>> = {
  whole: { form: /^\d{1,4}$/, says: 'a whole number up to 9999' },
  share: { form: /^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/, says: 'a number from 0 to 1' },
  text: { form: /^[^\0]{1,256}$/, says: 'text of 1 to 256 characters' },
  filter: { form: /^[A-Za-z_-]{0,32}$/, says: 'a word, or nothing' },
  day: { form: /^\d{4}-\d{2}-\d{2}$/, says: 'a day, as 2026-05-17' },
  month: { form: /^\d{4}-\d{2}-01$/, says: 'the first day of a month, as 2026-05-01' },
  time: { form: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/, says: 'a time in UTC, as 2026-05-17T18:00:00' },
}
const TIMES: readonly Parameter['kind'][] = ['day', 'month', 'time']

/** @throws {ParameterProblem} when a value is missing, unknown or not of its kind. */
export function readParameters(
  { parameters }: Question,
  given: ReadonlyMap<string, string>,
  now: Date,
): Record<string, string> {
  const problems = [...given.keys()]
    .filter((name) => parameters[name] === undefined)
    .map((name) => `there is no parameter '${name}': choose from ${Object.keys(parameters).join(', ')}`)
  const values: Record<string, string> = {}
  for (const [name, { kind, about, fallback }] of Object.entries(parameters)) {
    const value = given.get(name) ?? (typeof fallback === 'function' ? fallback(now) : fallback)
    if (value === undefined) problems.push(`${name} must be given: ${about}`)
    else if (!FORMS[kind].form.test(value) || (TIMES.includes(kind) && Number.isNaN(Date.parse(value))))
      problems.push(`${name} must be ${FORMS[kind].says}, not '${value}'`)
    else values[name] = value
  }
  if (problems.length > 0) throw new ParameterProblem(problems)
  return values
}
