/** Owns what this browser keeps between visits: the device id, the volume, the bitrate. */

const KEYS = { id: 'segue.device', volume: 'segue.volume', bitrate: 'segue.bitrate' } as const

/** The same id at every visit, so that one browser is one device. */
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

/** What a listener would call this browser. */
export function deviceName(agent: string): string {
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
