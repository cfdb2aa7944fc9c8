/** Owns doing the newest of many wishes, and not more often than a pace: a slider makes a hundred a second. */

export function paced<Wish>(paceMs: number, act: (wish: Wish) => void): (wish: Wish) => void {
  let newest: { readonly wish: Wish } | undefined
  let isResting = false
  const go = (): void => {
    isResting = newest !== undefined
    if (newest === undefined) return
    const { wish } = newest
    newest = undefined
    setTimeout(go, paceMs)
    act(wish)
  }
  return (wish) => {
    newest = { wish }
    if (!isResting) go()
  }
}
