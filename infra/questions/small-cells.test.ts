/** Owns the test of suppression: an attacker who reckons with all that is shown learns of no small count what it is, nor that it is small. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hideSmallCells, type ShownTable } from './small-cells.ts'

const K = 10

const table = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(3, 15, 60))
  .chain(([rows, columns, most]) => {
    const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: most }))
    return fc.array(fc.array(count, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows })
  })

/** All that is shown, with the totals as one more row and column. */
const gridOf = ({ counts, rowTotals, columnTotals, total }: ShownTable): (number | null)[][] => [
  ...counts.map((line, row) => [...line, rowTotals[row] ?? null]),
  [...columnTotals, total],
]

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
const whole = (counts: number[][]): number[][] => {
  const rows = counts.map((line) => [...line, sum(line)])
  return [...rows, (rows[0] ?? []).map((_, column) => sum(rows.map((line) => line[column] ?? 0)))]
}

/** What the attacker knows: in each row and column the last is the sum of the others. One equation each, over the places that are hidden. */
function equationsOf(grid: readonly (number | null)[][]) {
  const [height, width] = [grid.length, grid[0]?.length ?? 0]
  const lines = [
    ...grid.map((_, row) => Array.from({ length: width }, (__, column) => [row, column] as const)),
    ...Array.from({ length: width }, (_, column) => grid.map((__, row) => [row, column] as const)),
  ]
  const names = grid.flatMap((line, row) =>
    line.flatMap((value, column) => (value === null ? [`${row} ${column}`] : [])),
  )
  expect([height, width].every((size) => size >= 2)).toBe(true)
  const equations = lines.map((places) => {
    const factors = new Array<number>(names.length).fill(0)
    let known = 0
    for (const [at, [row, column]] of places.entries()) {
      const factor = at === places.length - 1 ? -1 : 1
      const value = grid[row]?.[column] ?? null
      if (value === null) factors[names.indexOf(`${row} ${column}`)] = factor
      else known -= factor * value
    }
    return { factors, known }
  })
  return { names, equations }
}

/** By Gauss: the places whose value follows. */
function reckoned(grid: readonly (number | null)[][]): Set<string> {
  const { names, equations } = equationsOf(grid)
  const rows = equations.map(({ factors, known }) => [...factors, known])
  let pivot = 0
  for (let column = 0; column < names.length; column += 1) {
    const found = rows.findIndex((row, at) => at >= pivot && Math.abs(row[column] ?? 0) > 1e-9)
    if (found < 0) continue
    ;[rows[pivot], rows[found]] = [rows[found] as number[], rows[pivot] as number[]]
    const by = rows[pivot]?.[column] ?? 1
    rows[pivot] = (rows[pivot] ?? []).map((value) => value / by)
    for (const [at, row] of rows.entries()) {
      const factor = row[column] ?? 0
      if (at !== pivot && factor !== 0) rows[at] = row.map((value, i) => value - factor * (rows[pivot]?.[i] ?? 0))
    }
    pivot += 1
  }
  const alone = rows.map((row) => row.slice(0, -1).flatMap((value, at) => (Math.abs(value) > 1e-9 ? [at] : [])))
  return new Set(alone.flatMap((at) => (at.length === 1 ? [names[at[0] ?? 0] ?? ''] : [])))
}

/** The greatest that each hidden place can be, as far as sums and nothing below zero bound it, by narrowing until nothing narrows. */
function narrowed(grid: readonly (number | null)[][]): Map<string, [number, number]> {
  const { names, equations } = equationsOf(grid)
  const bounds = names.map((): [number, number] => [0, Number.POSITIVE_INFINITY])
  for (let round = 0; round < 200; round += 1) {
    let moved = false
    for (const { factors, known } of equations) {
      for (const [at, factor] of factors.entries()) {
        if (factor === 0) continue
        let [low, high] = [known, known]
        for (const [other, by] of factors.entries()) {
          if (other === at || by === 0) continue
          const [least, most] = bounds[other] as [number, number]
          low -= by > 0 ? by * most : by * least
          high -= by > 0 ? by * least : by * most
        }
        const [from, to] = factor > 0 ? [low, high] : [-high, -low]
        const mine = bounds[at] as [number, number]
        const next: [number, number] = [Math.max(mine[0], from), Math.min(mine[1], to)]
        if (next[0] !== mine[0] || next[1] !== mine[1]) moved = true
        bounds[at] = next
      }
    }
    if (!moved) break
  }
  return new Map(names.map((name, at) => [name, bounds[at] as [number, number]]))
}

test('the attacker finds what primary suppression alone gives away', () => {
  expect(
    reckoned([
      [5, null, 25],
      [30, 40, 70],
      [35, 60, 95],
    ]),
  ).toEqual(new Set(['0 1']))
  expect(
    narrowed([
      [null, null, 2],
      [30, null, 70],
      [null, null, 72],
    ]).get('0 1')?.[1],
  ).toBeLessThanOrEqual(2)
})

test('no count from 1 to k - 1, of a place or a total, is shown', () => {
  fc.assert(
    fc.property(table, (counts) => {
      const shown = gridOf(hideSmallCells({ counts }, K)).flat()
      expect(shown.filter((value) => value !== null && value > 0 && value < K)).toEqual([])
    }),
  )
})

test('what is shown is true, and where nothing is small nothing is hidden', () => {
  fc.assert(
    fc.property(table, (counts) => {
      const [grid, truth] = [gridOf(hideSmallCells({ counts }, K)).flat(), whole(counts).flat()]
      expect(grid.every((value, at) => value === null || value === truth[at])).toBe(true)
      if (truth.every((value) => value === 0 || value >= K)) expect(grid).toEqual(truth)
    }),
  )
})

test('no small count can be reckoned from what is shown, nor narrowed below k', () => {
  fc.assert(
    fc.property(table, (counts) => {
      const truth = whole(counts)
      const grid = gridOf(hideSmallCells({ counts }, K))
      const [found, bounds] = [reckoned(grid), narrowed(grid)]
      for (const [row, line] of truth.entries()) {
        for (const [column, value] of line.entries()) {
          if (value === 0 || value >= K) continue
          const place = `${row} ${column}`
          expect(found.has(place)).toBe(false)
          const [least, most] = bounds.get(place) ?? [value, value]
          expect(least).toBeLessThanOrEqual(value)
          expect(most).toBeGreaterThanOrEqual(K)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('totals that nobody is shown are hidden first', () => {
  const counts = [
    [3, 200],
    [100, 400],
    [150, 90],
  ]
  const all = hideSmallCells({ counts }, K)
  expect(all).toEqual({
    counts: [
      [null, null],
      [100, 400],
      [null, null],
    ],
    rowTotals: [203, 500, 240],
    columnTotals: [253, 690],
    total: 943,
  })
  const untold = hideSmallCells({ counts, untold: 'column-totals' }, K)
  expect(untold.counts).toEqual([
    [null, null],
    [100, 400],
    [150, 90],
  ])
  expect(untold.rowTotals).toEqual([203, 500, 240])
})
