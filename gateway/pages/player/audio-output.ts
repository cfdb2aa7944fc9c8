/** Owns what is heard: the audio element, its volume, and an analyser that sees the signal before the volume is applied. */

export interface AudioOutput {
  readonly audio: HTMLAudioElement
  /** To be called from a click: browsers give sound only then. */
  wake(): void
  setVolume(share: number): void
  /** The strength of each band, 0 to 255, low to high; fills and returns `into`. */
  bands(into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>
  /** The root mean square of the last 2048 samples, 0 to 1: what silence does not have. */
  signalRms(): number
}

const FFT_SIZE = 2_048

export function createAudioOutput(): AudioOutput {
  const audio = new Audio()
  audio.preload = 'auto'
  let graph: { context: AudioContext; analyser: AnalyserNode; gain: GainNode } | undefined
  let volume = 1
  const samples = new Float32Array(FFT_SIZE)

  const open = () => {
    const context = new AudioContext()
    const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0.75 })
    const gain = new GainNode(context, { gain: volume })
    context.createMediaElementSource(audio).connect(analyser).connect(gain).connect(context.destination)
    return { context, analyser, gain }
  }

  return {
    audio,
    wake() {
      graph ??= open()
      if (graph.context.state === 'suspended') graph.context.resume().catch(console.warn)
    },
    setVolume(share) {
      // Loudness is felt by the square: half the slider sounds like half.
      volume = share ** 2
      graph?.gain.gain.setTargetAtTime(volume, graph.context.currentTime, 0.02)
    },
    bands(into) {
      if (graph === undefined) into.fill(0)
      else graph.analyser.getByteFrequencyData(into)
      return into
    },
    signalRms() {
      if (graph === undefined) return 0
      graph.analyser.getFloatTimeDomainData(samples)
      let sum = 0
      for (const sample of samples) sum += sample * sample
      return Math.sqrt(sum / samples.length)
    },
  }
}
