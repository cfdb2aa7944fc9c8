/** Owns making a small database in MaxMind's format, version 2.0, for tests: a tree of bits with leaves of data. */

export interface MmdbRow {
  /** 128 bits; an IPv4 address in the last 32. */
  readonly address: bigint
  /** Of the 128 how many count. */
  readonly bits: number
  readonly data: Data
}

type Data = string | number | { readonly [name: string]: Data }

type Node = [left: Node | number | undefined, right: Node | number | undefined]

const ADDRESS_BITS = 128
const RECORD_BITS = 32
const SEPARATOR = Buffer.alloc(16)
const METADATA_BEGINS = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
const TYPE = { string: 2, double: 3, uint32: 6, map: 7 } as const
const LONGEST = 28

/** Rows must not overlap. */
export function tinyMmdb(rows: readonly MmdbRow[]): Buffer {
  const root: Node = [undefined, undefined]
  const data: Buffer[] = []
  let dataBytes = 0
  for (const { address, bits, data: row } of rows) {
    let node = root
    for (let bit = 0; bit < bits - 1; bit += 1) {
      const side = sideOf(address, bit)
      const next = node[side]
      if (typeof next === 'number') throw new Error('rows overlap')
      node = next ?? [undefined, undefined]
      parentOf(root, address, bit)[side] = node
    }
    node[sideOf(address, bits - 1)] = dataBytes
    const bytes = encode(row)
    data.push(bytes)
    dataBytes += bytes.length
  }
  const nodes = inOrder(root)
  const numberOf = new Map(nodes.map((node, index) => [node, index]))
  const tree = Buffer.alloc(nodes.length * (RECORD_BITS / 4))
  nodes.forEach((node, index) => {
    node.forEach((record, side) => {
      const value =
        record === undefined
          ? nodes.length
          : typeof record === 'number'
            ? nodes.length + SEPARATOR.length + record
            : (numberOf.get(record) ?? nodes.length)
      tree.writeUInt32BE(value, (index * 2 + side) * 4)
    })
  })
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    database_type: 'Test',
    ip_version: 6,
    node_count: nodes.length,
    record_size: RECORD_BITS,
  })
  return Buffer.concat([tree, SEPARATOR, ...data, METADATA_BEGINS, metadata])
}

function sideOf(address: bigint, bit: number): 0 | 1 {
  return (address >> BigInt(ADDRESS_BITS - 1 - bit)) & 1n ? 1 : 0
}

/** The node in which the record of `bit` stands. */
function parentOf(root: Node, address: bigint, bit: number): Node {
  let node = root
  for (let above = 0; above < bit; above += 1) {
    const next = node[sideOf(address, above)]
    if (typeof next !== 'object') throw new Error('the way to a node is open')
    node = next
  }
  return node
}

function inOrder(root: Node): Node[] {
  const nodes = [root]
  for (const node of nodes) for (const next of node) if (typeof next === 'object') nodes.push(next)
  return nodes
}

function encode(data: Data): Buffer {
  if (typeof data === 'string') {
    const bytes = Buffer.from(data)
    return Buffer.concat([control(TYPE.string, bytes.length), bytes])
  }
  if (typeof data === 'object') {
    const entries = Object.entries(data)
    return Buffer.concat([
      control(TYPE.map, entries.length),
      ...entries.flatMap(([name, value]) => [encode(name), encode(value)]),
    ])
  }
  const isWhole = Number.isInteger(data) && data >= 0
  const bytes = Buffer.alloc(isWhole ? 4 : 8)
  if (isWhole) bytes.writeUInt32BE(data)
  else bytes.writeDoubleBE(data)
  return Buffer.concat([control(isWhole ? TYPE.uint32 : TYPE.double, bytes.length), bytes])
}

function control(type: number, size: number): Buffer {
  if (size <= LONGEST) return Buffer.from([(type << 5) | size])
  return Buffer.from([(type << 5) | (LONGEST + 1), size - LONGEST - 1])
}
