/**
 * Owns the suppression of small cells in a table of counts of people with its totals: a count below `k` is hidden, and with it as many others
 * as it takes that nobody can reckon it from those that are shown (complementary suppression). Pure.
 */

/** Rows by columns, whole numbers; their totals are the sums, and are shown unless said otherwise. */
export interface CountTable {
  readonly counts: readonly (readonly number[])[]
  /** Totals that are not shown to anybody: hiding them costs nothing. */
  readonly untold?: 'row-totals' | 'column-totals' | undefined
}

export interface ShownTable {
  /** Null: hidden. */
  readonly counts: readonly (readonly (number | null)[])[]
  readonly rowTotals: readonly (number | null)[]
  readonly columnTotals: readonly (number | null)[]
  readonly total: number | null
}

/**
 * Hides each count, and each total, from 1 to k - 1. For each of these three more are hidden, the corners of a rectangle with it, such that all four can be
 * moved by k and every figure that is shown stays true: so by what is shown it may as well be k or more. 0 is shown: nobody is in it.
 */
export function hideSmallCells({ counts, untold }: CountTable, k: number): ShownTable {
  const grid = withTotals(counts)
  const last = { row: grid.length - 1, column: (grid[0]?.length ?? 1) - 1 }
  const hidden = grid.map((line, row) =>
    line.map((_, column) =>
      untold === 'row-totals' ? column === last.column : untold === 'column-totals' && row === last.row,
    ),
  )
  const isSmall = (value: number) => value > 0 && value < k
  // From all that are small together, so that one hides another where it can.
  const small = grid.flatMap((line, row) => line.flatMap((value, column) => (isSmall(value) ? [{ row, column }] : [])))
  for (const { row, column } of small) mark(hidden, row, column)
  for (const place of small)
    for (const { row, column } of cheapestRectangle(grid, hidden, place, k)) mark(hidden, row, column)

  const shown = grid.map((line, row) => line.map((value, column) => (hidden[row]?.[column] ? null : value)))
  const totals = shown.at(-1) ?? []
  return {
    counts: shown.slice(0, -1).map((line) => line.slice(0, -1)),
    rowTotals: shown.slice(0, -1).map((line) => line.at(-1) ?? null),
    columnTotals: totals.slice(0, -1),
    total: totals.at(-1) ?? null,
  }
}

interface Place {
  readonly row: number
  readonly column: number
}

function mark(hidden: boolean[][], row: number, column: number): void {
  const line = hidden[row]
  if (line !== undefined) line[column] = true
}

/** The totals are one more row and one more column. */
function withTotals(counts: CountTable['counts']): number[][] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const rows = counts.map((line) => [...line, sum(line)])
  const columns = (rows[0] ?? []).map((_, column) => sum(rows.map((line) => line[column] ?? 0)))
  return [...rows, columns]
}

/**
 * The other three corners, chosen so that the least is lost that was to be shown, and of equal ones the first. There always is one: with the totals as its
 * other sides all four rise together.
 */
function cheapestRectangle(grid: readonly number[][], hidden: readonly boolean[][], from: Place, k: number): Place[] {
  const last = { row: grid.length - 1, column: (grid[0]?.length ?? 1) - 1 }
  /** A total rises by what its row or column rises by, so it counts against them. */
  const sign = ({ row, column }: Place) => ((row === last.row) === (column === last.column) ? 1 : -1)
  let best: { corners: Place[]; cost: number } | undefined
  for (let row = 0; row <= last.row; row += 1) {
    for (let column = 0; column <= last.column; column += 1) {
      if (row === from.row || column === from.column) continue
      const beside = [
        { row: from.row, column },
        { row, column: from.column },
      ]
      const across = { row, column }
      const risesWith = (place: Place, by: 1 | -1) => sign(place) * by * sign(from) > 0
      const countAt = (place: Place) => grid[place.row]?.[place.column] ?? 0
      const moves = [
        ...beside.map((place) => [place, risesWith(place, -1)] as const),
        [across, risesWith(across, 1)] as const,
      ]
      if (moves.some(([place, rises]) => !rises && countAt(place) < k)) continue
      const corners = moves.map(([place]) => place)
      const lost = corners.filter((place) => !hidden[place.row]?.[place.column])
      // One more for each: a 0 says something as well.
      const cost = lost.reduce((sum, place) => sum + countAt(place) + 1, 0)
      if (best === undefined || cost < best.cost) best = { corners, cost }
    }
  }
  if (best === undefined) throw new Error('a table of counts has at least one row and one column')
  return best.corners
}
