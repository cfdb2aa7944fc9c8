/** Owns what a listener can do with what plays, on this page or on another device. */

export interface Controls {
  toggle(): Promise<void>
  seek(positionMs: number): Promise<void>
  next(): Promise<void>
  previous(): Promise<void>
  /** From 0 to 1. */
  setVolume(share: number): void
}
