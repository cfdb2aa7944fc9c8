/** Owns `segue ask`: one of the analysts' questions, asked of the running servers. */

import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { createPool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { ANSWER_FORMATS, type AnswerFormat, answerText } from '../questions/answer-text.ts'
import { ask } from '../questions/ask.ts'
import { forOthers, QUESTIONS_FOR_OTHERS } from '../questions/for-others.ts'
import { ParameterProblem } from '../questions/parameters.ts'
import { QUESTIONS, type Question, questionNamed } from '../questions/questions.ts'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { wholeNumber } from './whole-number.ts'

interface Flags {
  readonly param?: ReadonlyMap<string, string>
  readonly format: AnswerFormat
  readonly atLeast?: number
}

export function askCommand(): Command {
  return new Command('ask')
    .description('ask one of the questions of analysts, and print the answer')
    .addArgument(new Argument('<question>', 'which').choices(QUESTIONS.map(({ name }) => name)))
    .option('-p, --param <name=value>', 'a parameter of the question; again for another', parameter)
    .addOption(new Option('--format <format>', 'of the answer').choices(ANSWER_FORMATS).default('table'))
    .option(
      '--at-least <people>',
      'for an answer that leaves the house: figures of fewer people, and those that would tell them, are left empty',
      wholeNumber(2, 1_000),
    )
    .addHelpText('after', () => `\nQuestions:\n\n${QUESTIONS.map(helpOf).join('\n\n')}`)
    .action(async (name: string, flags: Flags) => {
      const question = questionNamed(name)
      if (question !== undefined) console.log(await answerTo(question, flags))
    })
}

async function answerTo(question: Question, { param = new Map(), format, atLeast }: Flags): Promise<string> {
  if (atLeast !== undefined && !QUESTIONS_FOR_OTHERS.includes(question.name)) {
    throw new StackProblem(
      `${question.name} is not for others: --at-least goes with ${QUESTIONS_FOR_OTHERS.join(', ')}`,
    )
  }
  const { clickhouse, postgres } = readEnv(process.env, (read) => ({
    clickhouse: clickhouseConfig(read),
    postgres: postgresConfig(read, 'analyst'),
  }))
  const stores = {
    clickhouse: createClickHouse(clickhouse, { application: 'segue-ask' }),
    postgres: createPool(postgres.url, { applicationName: 'segue-ask' }),
  }
  try {
    const answer = await ask(stores, question, param, new Date())
    return answerText(atLeast === undefined ? answer : (forOthers(question.name, answer, atLeast) ?? answer), format)
  } catch (error) {
    if (error instanceof ParameterProblem) throw new StackProblem(error.message, error)
    throw error
  } finally {
    await Promise.all([stores.clickhouse.close(), stores.postgres.end()])
  }
}

function parameter(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.')
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]])
}

function helpOf({ number, name, definition, parameters }: Question): string {
  const takes = Object.entries(parameters).map(([key, { about, fallback }]) => {
    const otherwise = typeof fallback === 'function' ? fallback(new Date()) : fallback
    return `    ${key}: ${about}${otherwise === undefined ? '; must be given' : ` (${otherwise})`}`
  })
  const told = definition.split('\n').map((line) => (line === '' ? '' : `    ${line}`))
  return [`  ${number}. ${name}`, ...told, ...takes].join('\n')
}
