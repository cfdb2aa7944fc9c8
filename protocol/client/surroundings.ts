/** Owns what the surroundings of a client tell it: the network went or came back, the machine slept, the page is looked at (R5). */

import { watchForSleep } from './sleep-watch.ts'

/**
 * `offline`: no attempt can succeed now. `back`: the network is there again or is another one, or the machine or page was
 * asleep, so that an open socket may be dead. `shown`: somebody looks at the page.
 */
export type News = 'offline' | 'back' | 'shown'

/** The port: calls `tell` whenever there is news; returns how to stop that. */
export type Surroundings = (tell: (news: News) => void) => () => void

/** What browsers say, by who says it. */
const SAID: readonly (readonly ['window' | 'document', string, News])[] = [
  ['window', 'online', 'back'],
  ['window', 'offline', 'offline'],
  ['window', 'pageshow', 'back'],
  ['document', 'resume', 'back'],
  ['document', 'visibilitychange', 'shown'],
]

/** Network Information API, where there is one. */
interface NetworkInformation extends EventTarget {
  readonly type?: string
  readonly effectiveType?: string
}

/** Whatever a browser, a worker or Node has of it. A process that has nothing else still notices that it slept. */
export const nativeSurroundings: Surroundings = (tell) => {
  const stops: (() => void)[] = []
  const hear = (target: EventTarget, name: string, act: () => void) => {
    target.addEventListener(name, act)
    stops.push(() => target.removeEventListener(name, act))
  }
  const say = (news: News) => {
    if (globalThis.navigator?.onLine === false) tell('offline')
    else if (news !== 'shown' || document.visibilityState === 'visible') tell(news)
  }
  const targets = {
    window: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
    document: typeof document === 'undefined' ? undefined : document,
  }
  for (const [name, event, news] of SAID) {
    const target = targets[name]
    if (target !== undefined) hear(target, event, () => say(news))
  }
  const network = networkInformation()
  if (network !== undefined) {
    // Its estimates of speed change every few seconds; another network is what matters.
    let kind = kindOf(network)
    hear(network, 'change', () => {
      if (kind === kindOf(network)) return
      kind = kindOf(network)
      say('back')
    })
  }
  stops.push(watchForSleep(() => say('back')))
  return () => {
    for (const stop of stops) stop()
  }
}

function networkInformation(): NetworkInformation | undefined {
  const found: unknown = Reflect.get(globalThis.navigator ?? {}, 'connection')
  // By what it can do: where k6 runs this there is no class `EventTarget` to ask for.
  const hears = typeof found === 'object' && found !== null && 'addEventListener' in found
  return hears ? (found as NetworkInformation) : undefined
}

const kindOf = ({ type, effectiveType }: NetworkInformation) => `${type} ${effectiveType}`
