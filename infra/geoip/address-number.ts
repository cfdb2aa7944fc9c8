/** Owns addresses as numbers of 128 bits, so that ranges of them compare; an IPv4 address stands in IPv6's place for it. */

const IPV4_MAPPED = 0xffff_0000_0000n

/** `address` must be one: `isIP` says so. */
export function addressNumber(address: string): bigint {
  if (!address.includes(':')) return IPV4_MAPPED | ipv4Number(address)
  const [plain = ''] = address.split('%', 1)
  // A dotted end stands for the last two groups.
  const end = /[^:]*\.[^:]*$/.exec(plain)?.[0]
  const hex = end === undefined ? plain : plain.slice(0, -end.length) + lastGroups(end)
  const [head = '', tail] = hex.split('::', 2)
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - first.length - last.length).fill('0')
  return [...first, ...zeros, ...last].reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n)
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

function lastGroups(ipv4: string): string {
  const number = ipv4Number(ipv4)
  return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`
}
