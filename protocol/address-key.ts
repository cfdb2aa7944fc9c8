/** Owns which addresses are one network: an IPv4 address is one, of an IPv6 address the first 64 bits. */

/** Whatever is not an IPv6 address stands for itself. */
export function networkOfAddress(ip: string): string {
  if (!isIpv6(ip)) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail] = ip.split('%', 1)[0]?.split('::', 2) ?? []
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  // A dotted end stands for two groups.
  const length = first.length + last.length + (ip.includes('.') ? 1 : 0)
  const groups = tail === undefined ? first : [...first, ...Array<string>(Math.max(0, 8 - length)).fill('0'), ...last]
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

export function isIpv6(ip: string): boolean {
  return ip.includes(':')
}
