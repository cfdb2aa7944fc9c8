/** Owns showing an ingest as it goes: a bar on a terminal, plain lines elsewhere. */

import { basename } from 'node:path'
import { MultiBar } from 'cli-progress'
import type { Outcome } from './ingest.ts'
import { timesRealTime } from './ingest-summary.ts'

export interface IngestProgress {
  begin(files: number): void
  note(outcome: Outcome): void
  end(): void
}

const BAR = ' {bar} {value}/{total} tracks | {minutes} min of audio | {speed} | {file}'

export function createIngestProgress(stream: NodeJS.WriteStream, now = () => performance.now()): IngestProgress {
  const began = now()
  let audioMs = 0
  let done = 0
  let total = 0
  const count = (outcome: Outcome) => {
    done++
    if (outcome.kind === 'ingested') audioMs += outcome.track.durationMs
    return timesRealTime(audioMs, now() - began)
  }
  return stream.isTTY ? barProgress() : lineProgress()

  function barProgress(): IngestProgress {
    const bars = new MultiBar({ format: BAR, stream, hideCursor: true, barsize: 24, clearOnComplete: false })
    let bar: ReturnType<MultiBar['create']> | undefined
    return {
      begin(files) {
        bar = bars.create(files, 0, { minutes: '0.0', speed: '', file: '' })
      },
      note(outcome) {
        const speed = count(outcome)
        if (outcome.kind === 'failed') bars.log(`skipped ${outcome.file}: ${outcome.reason}\n`)
        bar?.increment(1, { minutes: (audioMs / 60_000).toFixed(1), speed, file: basename(outcome.file) })
      },
      end: () => bars.stop(),
    }
  }

  function lineProgress(): IngestProgress {
    return {
      begin(files) {
        total = files
      },
      note(outcome) {
        const speed = count(outcome)
        stream.write(`${String(done).padStart(String(total).length)}/${total} ${WORDS[outcome.kind](outcome, speed)}\n`)
      },
      end() {},
    }
  }
}

/** What is said of each outcome on a line of its own. */
const WORDS: { readonly [K in Outcome['kind']]: (outcome: Outcome, speed: string) => string } = {
  ingested: ({ file }, speed) => `${basename(file)} (${speed})`,
  present: ({ file }) => `${basename(file)}: in the catalog already`,
  failed: (outcome) => `${outcome.file}: skipped${'reason' in outcome ? `: ${outcome.reason}` : ''}`,
}
