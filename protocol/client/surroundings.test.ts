import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type News, nativeSurroundings } from './surroundings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function listen() {
  const told: News[] = []
  return { told, stop: nativeSurroundings((news) => void told.push(news)) }
}

/** A page, as far as these events go. */
function page() {
  const window = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const connection = Object.assign(new EventTarget(), { type: 'wifi', effectiveType: '4g' })
  const navigator = { onLine: true, connection }
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
  vi.stubGlobal('document', document)
  vi.stubGlobal('navigator', navigator)
  return { window, document, connection, navigator }
}

const says = (target: EventTarget, name: string) => target.dispatchEvent(new Event(name))

describe('R5 what a browser tells', () => {
  it('is passed on until it is stopped', () => {
    const { window, document, connection } = page()
    const { told, stop } = listen()
    const sayAll = () => {
      for (const name of ['online', 'offline', 'pageshow']) says(window, name)
      for (const name of ['resume', 'visibilitychange']) says(document, name)
      connection.type = connection.type === 'wifi' ? 'cellular' : 'wifi'
      says(connection, 'change')
    }
    sayAll()
    expect(told).toEqual(['back', 'offline', 'back', 'back', 'shown', 'back'])
    stop()
    sayAll()
    expect(told).toHaveLength(6)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a page that is hidden is no news, nor is another estimate of the same network', () => {
    const { document, connection } = page()
    const { told } = listen()
    document.visibilityState = 'hidden'
    says(document, 'visibilitychange')
    says(connection, 'change')
    expect(told).toEqual([])
  })

  it('while the browser says that it is offline, nothing is back', () => {
    const { window, document, navigator } = page()
    const { told } = listen()
    navigator.onLine = false
    says(window, 'offline')
    says(document, 'visibilitychange')
    navigator.onLine = true
    says(window, 'online')
    expect(told).toEqual(['offline', 'offline', 'back'])
  })
})

describe('R5 where there is no browser', () => {
  it('a tick that is much too late by the wall clock tells of a sleep, once', () => {
    const { told } = listen()
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual([])
    vi.setSystemTime(Date.now() + 60_000)
    vi.advanceTimersByTime(2_000)
    expect(told).toEqual(['back'])
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual(['back'])
  })
})
