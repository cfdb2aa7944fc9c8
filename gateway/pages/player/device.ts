/** Owns what this browser keeps between visits: the device id, what the listener calls it, the volume, the bitrate. */

const KEYS = {
  id: 'segue.device',
  name: 'segue.device-name',
  volume: 'segue.volume',
  bitrate: 'segue.bitrate',
} as const

/** As long as the protocol lets it be. */
export const NAME_MOST_CHARACTERS = 64

/** The same id at every visit and in every tab: one browser is one device, on which the tab that was asked last plays. */
export function deviceId(): string {
  const known = localStorage.getItem(KEYS.id)
  if (known !== null) return known
  const made = crypto.randomUUID()
  localStorage.setItem(KEYS.id, made)
  return made
}

export function kept(name: 'volume' | 'bitrate'): string | null {
  return localStorage.getItem(KEYS[name])
}

export function keep(name: 'volume' | 'bitrate', value: number): void {
  localStorage.setItem(KEYS[name], String(value))
}

/** What the listener calls this device; until they do, what its browser is. */
export function ownName(): string {
  return localStorage.getItem(KEYS.name) ?? deviceName(navigator.userAgent)
}

/** Nothing but spaces: what the browser is again. */
export function rename(name: string): void {
  const called = name.trim().slice(0, NAME_MOST_CHARACTERS)
  if (called === '') localStorage.removeItem(KEYS.name)
  else localStorage.setItem(KEYS.name, called)
}

function deviceName(agent: string): string {
  const browser = /Firefox/.test(agent)
    ? 'Firefox'
    : /Edg/.test(agent)
      ? 'Edge'
      : /Chrom/.test(agent)
        ? 'Chrome'
        : 'Safari'
  const system = ['Windows', 'Macintosh', 'Android', 'iPhone', 'Linux'].find((name) => agent.includes(name))
  return system === undefined ? browser : `${browser} on ${system}`
}
