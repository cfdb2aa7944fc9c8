import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { capacityOf, limitsOfOne } from './capacity.ts'
import { DOCUMENT, documentNow } from './document.ts'
import { MEASURED } from './inputs.ts'

const need = (listeners: number, name: string, changes: Partial<typeof MEASURED> = {}) =>
  capacityOf(listeners, { ...MEASURED, ...changes }).needs.find((entry) => entry.name === name)?.value ?? Number.NaN

describe('what so many listeners take', () => {
  it('is what the document says: else run `npm run segue -- capacity --write`', async () => {
    expect(await readFile(DOCUMENT, 'utf8')).toBe(await documentNow())
  })

  it('is reckoned from what they say: a beat in 15 s, a credit in 4 s, an event in 10 s', () => {
    expect(need(60_000, 'messages from players')).toBe(4_000 + 15_000 + 6_000)
    expect(need(60_000, 'records into Kafka')).toBe(6_000 + 300)
  })

  it('a gateway is full by its processor or by its descriptors, whichever is first', () => {
    expect(capacityOf(1e6, { ...MEASURED, gatewayUse: 1, listenUs: 1 })).toMatchObject({
      gatewayLimit: 'descriptors',
      listenersOfAGateway: 19_000,
    })
    const slow = capacityOf(1e6, { ...MEASURED, listenUs: 300 })
    expect(slow.gatewayLimit).toBe('processor time')
    expect(slow.listenersOfAGateway).toBeLessThan(2_000)
  })

  it('those that stay hold everybody when a zone is lost', () => {
    const gateways = need(1e6, 'gateway processes, a core each')
    const staying = gateways - Math.ceil(gateways / MEASURED.zones)
    expect(staying * capacityOf(1e6, MEASURED).listenersOfAGateway).toBeGreaterThanOrEqual(1e6 * 0.99)
  })

  it('grows with the listeners, and names what is full first', () => {
    expect(need(1e8, 'Redis steps') / need(1e6, 'Redis steps')).toBeCloseTo(100)
    const limits = limitsOfOne(MEASURED).map(({ value }) => value)
    expect(limits).toEqual([...limits].sort((a, b) => a - b))
  })
})
