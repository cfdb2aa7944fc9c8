/** Owns how far searches go. */

/** Beyond it nobody pages. */
export const MOST_FOUND = 1_000
export const MOST_FOUND_AT_ONCE = 50
