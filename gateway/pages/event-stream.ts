/** Owns the reading of server-sent events out of pieces of text, as they come. Pure. */

export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** Gives the events that a piece completes; comments, which only say that the other side lives, are no events. */
export function eventReader(): (piece: string) => ServerEvent[] {
  let rest = ''
  return (piece) => {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => {
      const fields = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), fieldValue(line)] as const)
      const data = fields.filter(([name]) => name === 'data').map(([, value]) => value)
      const event = fields.find(([name]) => name === 'event')?.[1] ?? 'message'
      return data.length === 0 ? [] : [{ event, data: data.join('\n') }]
    })
  }
}

const fieldValue = (line: string) => line.slice(line.indexOf(':') + 1).replace(/^ /, '')
