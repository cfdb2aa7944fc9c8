/** Owns a processor profile as text: own time by function, then folded stacks, as flame graphs are drawn from. Pure. */

/** As Node writes it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile. */
export interface CpuProfile {
  readonly nodes: readonly CpuNode[]
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

interface CpuNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string }
  readonly children?: readonly number[]
}

/** Before the end of the profile. */
export interface Window {
  readonly fromMs: number
  readonly untilMs: number
}

const WHOLE: Window = { fromMs: Number.POSITIVE_INFINITY, untilMs: 0 }
const FUNCTIONS = 40
const STACKS = 120
const NOT_WORK = ['(idle)', '(program)']

/** Of the time of the window, what was neither idle nor outside of JavaScript and its garbage collector. */
export function profileText(profile: CpuProfile, { fromMs, untilMs }: Window = WHOLE): string {
  const stacks = stacksOf(profile.nodes)
  const totalUs = profile.timeDeltas.reduce((sum, us) => sum + us, 0)
  const own = new Map<string, number>()
  const folded = new Map<string, number>()
  const aside = new Map<string, number>()
  let atUs = 0
  for (const [i, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[i] ?? 0
    atUs += us
    const beforeEndMs = (totalUs - atUs) / 1_000
    if (beforeEndMs > fromMs || beforeEndMs < untilMs) continue
    const stack = stacks.get(id) ?? []
    const name = stack.at(-1) ?? ''
    if (NOT_WORK.includes(name)) add(aside, name, us)
    else {
      add(own, name, us)
      add(folded, stack.join(';'), us)
    }
  }
  const workUs = [...own.values()].reduce((sum, us) => sum + us, 0)
  const beside = NOT_WORK.map((name) => `${name} ${ms(aside.get(name) ?? 0)}`).join(', ')
  return [
    `work ${ms(workUs)}, beside it ${beside}`,
    '',
    `own time, the first ${FUNCTIONS} functions:`,
    ...most(own, FUNCTIONS).map(([name, us]) => `${((100 * us) / workUs).toFixed(1).padStart(6)} %  ${name}`),
    '',
    `folded stacks, the first ${STACKS}, in microseconds:`,
    ...most(folded, STACKS).map(([stack, us]) => `${stack} ${us}`),
    '',
  ].join('\n')
}

/** For each node the names from the root to it. */
function stacksOf(nodes: readonly CpuNode[]): ReadonlyMap<number, readonly string[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const stacks = new Map<number, readonly string[]>()
  const visit = (node: CpuNode, above: readonly string[]) => {
    const name = node.callFrame.functionName || '(anonymous)'
    const stack = name === '(root)' ? [] : [...above, name]
    stacks.set(node.id, stack)
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child !== undefined) visit(child, stack)
    }
  }
  const [root] = nodes
  if (root !== undefined) visit(root, [])
  return stacks
}

function add(sums: Map<string, number>, key: string, us: number): void {
  sums.set(key, (sums.get(key) ?? 0) + us)
}

const most = (sums: ReadonlyMap<string, number>, many: number) =>
  [...sums].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, many)

const ms = (us: number) => `${Math.round(us / 1_000)} ms`
