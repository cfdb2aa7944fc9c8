/** Owns the port to traces: one in so many of what arrives is followed, from process to process, by the W3C trace context. */

import type { EnvReader } from '../runtime/env.ts'
import type { Service } from '../runtime/lifecycle.ts'

export type TracingConfig = ReturnType<typeof tracingConfig>

export const tracingConfig = (read: EnvReader) => ({
  /** Of a collector that takes OTLP over HTTP, as `http://127.0.0.1:4318/v1/traces`; nothing is followed without one. */
  url: read.optionalUrl('SEGUE_TRACES_URL', ['http', 'https']),
  perMillion: read.integer('SEGUE_TRACES_PER_MILLION', { min: 0, max: 1_000_000, fallback: 1_000 }),
})

/** What is told of a span beside its times. Never a name, an address or a token. */
export type Facts = Readonly<Record<string, string | number | readonly string[]>>

/** By OpenTelemetry: `server` has been asked, `client` asks, `producer` writes into a log that `consumer` reads. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer'

export interface Span {
  /** By which another process goes on: what goes with a record as its header `traceparent`. */
  readonly traceparent: string
  note(facts: Facts): void
  /** A part of this. */
  begin(name: string, kind: SpanKind): Span
  /** @param error why it came to nothing */
  end(error?: unknown): void
}

export interface Tracing extends Service {
  /** Of one in so many; undefined for all others, which costs nothing. */
  begin(name: string, kind: SpanKind): Span | undefined
  /** Goes on with what another process began; undefined when the text is none, or nobody is told here. */
  goOn(traceparent: string, name: string, kind: SpanKind): Span | undefined
}

/** Where there is no collector. */
export const NO_TRACING: Tracing = {
  name: 'tracing',
  begin: () => undefined,
  goOn: () => undefined,
  async start() {},
  async stop() {},
}
