/** Owns reading a file of events: JSON Lines, by time, line by line, and refused as a whole at the first line that is not right. */

import { createReadStream } from 'node:fs'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { DEVICE_KINDS, PLANS } from '../../../protocol/vocabulary.ts'
import { FileProblem } from '../../plain-files/file-problem.ts'
import { PLAY_EVENTS, type PlayEvent } from '../detector/play-event.ts'

const oneOf = <Word extends string>(words: readonly Word[]) => Type.Union(words.map((word) => Type.Literal(word)))
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const Name = Type.String({ minLength: 1, maxLength: 256 })

const EventLine = Type.Object(
  {
    at: Type.Union([Type.String(), Type.Number({ minimum: 0 })]),
    account: Name,
    plan: oneOf(PLANS),
    device: Name,
    kind: oneOf(DEVICE_KINDS),
    ip: Name,
    asn: orNull(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 })),
    country: orNull(Type.String({ maxLength: 64 })),
    lat: orNull(Type.Number({ minimum: -90, maximum: 90 })),
    lon: orNull(Type.Number({ minimum: -180, maximum: 180 })),
    event: oneOf(PLAY_EVENTS),
  },
  { additionalProperties: false },
)

const check = TypeCompiler.Compile(EventLine)
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
/** Numbers below are seconds since 1970, others milliseconds. */
const LEAST_MS = 1e11

/** Calls `take` with each event. Rejects with a FileProblem at the first line that is not one. */
export async function readEvents(path: string, take: (event: PlayEvent) => void): Promise<number> {
  let line = 0
  let lastMs = Number.NEGATIVE_INFINITY
  const takeLine = (text: string) => {
    line += 1
    const event = eventOf(text, path, line)
    if (event.atMs < lastMs)
      throw new FileProblem(path, line, `\`at\` is before that of line ${line - 1}: events are given by time`)
    lastMs = event.atMs
    take(event)
  }
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const text = rest + decoder.decode(chunk as Uint8Array, { stream: true })
      let from = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        takeLine(text.slice(from, end))
        from = end + 1
      }
      rest = text.slice(from)
    }
    rest += decoder.decode()
  } catch (cause) {
    if (cause instanceof FileProblem) throw cause
    if (cause instanceof TypeError) throw new FileProblem(path, line + 1, 'not UTF-8, here or soon after', { cause })
    throw new FileProblem(path, undefined, cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (rest !== '') takeLine(rest)
  return line
}

function eventOf(text: string, path: string, line: number): PlayEvent {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FileProblem(path, line, 'not JSON', { cause })
  }
  if (!check.Check(value)) throw new FileProblem(path, line, whatIsWrong(value))
  const { at, account, plan, device, kind, ip, asn, country, lat, lon, event } = value
  const atMs =
    typeof at === 'number' ? (at < LEAST_MS ? at * 1000 : at) : RFC_3339.test(at) ? Date.parse(at) : Number.NaN
  if (Number.isNaN(atMs)) throw new FileProblem(path, line, `\`at\` is not a time: ${JSON.stringify(at)}`)
  if ((lat === null) !== (lon === null))
    throw new FileProblem(path, line, '`lat` without `lon`, or `lon` without `lat`')
  return {
    atMs,
    account,
    plan,
    device,
    kind,
    ip,
    asn: asn === null || asn === 0 ? undefined : asn,
    country: country ?? '',
    place: lat === null || lon === null ? undefined : { lat, lon },
    event,
  }
}

function whatIsWrong(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object'
  const unknown = Object.keys(value).find((key) => !(key in EventLine.properties))
  if (unknown !== undefined) return `unknown field \`${unknown}\``
  const missing = Object.keys(EventLine.properties).find((key) => !(key in value))
  if (missing !== undefined) return `field \`${missing}\` is missing`
  const first = check.Errors(value).First()
  const key = first?.path.slice(1) ?? ''
  return `\`${key}\` cannot be ${JSON.stringify(first?.value)}`
}
