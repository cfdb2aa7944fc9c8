/** Owns the adapter of {@link Tracing} to a collector: OpenTelemetry's own spans, told in batches by OTLP over HTTP. */

import {
  SpanKind as ApiKind,
  type Span as ApiSpan,
  type Context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from '../runtime/log.ts'
import { SaidOnce } from './said-once.ts'
import type { Facts, Span, SpanKind, Tracing } from './tracing.ts'

const KINDS: Readonly<Record<SpanKind, ApiKind>> = {
  server: ApiKind.SERVER,
  client: ApiKind.CLIENT,
  producer: ApiKind.PRODUCER,
  consumer: ApiKind.CONSUMER,
}
const A_MILLION = 1_000_000
/** Of one export, the last one of a process included: a collector that is away holds nobody. */
const WITHIN_MS = 2_000
const EXPORT_EVERY_MS = 1_000

export function createTracing(url: string, perMillion: number, service: string, log: Logger): Tracing {
  const exporter = new SaidOnce(new OTLPTraceExporter({ url, timeoutMillis: WITHIN_MS }), log)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': String(process.pid) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS, exportTimeoutMillis: WITHIN_MS }),
    ],
  })
  const tracer = provider.getTracer('segue')
  const begin = (name: string, kind: SpanKind, under: Context): Span => {
    const span = tracer.startSpan(name, { kind: KINDS[kind] }, under)
    return spanOf(span, (part, of) => begin(part, of, trace.setSpan(ROOT_CONTEXT, span)))
  }
  return {
    name: 'tracing',
    begin: (name, kind) => (Math.random() * A_MILLION < perMillion ? begin(name, kind, ROOT_CONTEXT) : undefined),
    goOn(traceparent, name, kind) {
      const parent = parseTraceParent(traceparent)
      if (parent === null) return undefined
      return begin(name, kind, trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }))
    },
    async start() {
      log.info({ url, perMillion }, 'traces are told to a collector')
    },
    async stop() {
      await provider.shutdown()
    },
  }
}

function spanOf(span: ApiSpan, begin: Span['begin']): Span {
  const { traceId, spanId } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-01`,
    note: (facts: Facts) => void span.setAttributes(facts as Record<string, string | number | string[]>),
    begin,
    end(error) {
      if (error !== undefined)
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
      span.end()
    },
  }
}
