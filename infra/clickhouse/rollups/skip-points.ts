/** Owns where the curve of skips has its points, in seconds of the track: the rollups count at these. */

export const SKIP_POINTS_S = [5, 10, 30, 60, 120, 180, 240] as const
