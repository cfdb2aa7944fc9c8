/** Owns what the log says of a collector that is away: once, and once that it is back; spans meanwhile are lost, and nothing else is. */

import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from '../runtime/log.ts'

export class SaidOnce implements SpanExporter {
  readonly #exporter: SpanExporter
  readonly #log: Logger
  #lost = 0

  constructor(exporter: SpanExporter, log: Logger) {
    this.#exporter = exporter
    this.#log = log
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#worked()
      else this.#failed(spans.length, result.error)
      // Its own complaint would be another line for each batch.
      done({ code: ExportResultCode.SUCCESS })
    })
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve()
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown()
  }

  #failed(spans: number, error: unknown): void {
    if (this.#lost === 0)
      this.#log.warn({ err: error }, 'the collector does not take traces: they are lost until it does')
    this.#lost += spans
  }

  #worked(): void {
    if (this.#lost > 0) this.#log.info({ spans_lost: this.#lost }, 'the collector takes traces again')
    this.#lost = 0
  }
}
