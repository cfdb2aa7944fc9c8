/** Owns how figures read: lengths, counts, shares, ages. Pure. */

/** Minutes and seconds of a track: `3:07`, and `1:02:03` from an hour on. */
export function clockText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000))
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60]
  const tail = String(seconds).padStart(2, '0')
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, '0')}:${tail}`
}

/** A length of listening, in words a screen reader says well: `3 min 7 s`, `2 h 5 min`. */
export function lengthText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000))
  if (total < 60) return `${total} s`
  if (total < 3_600) return total % 60 === 0 ? `${total / 60} min` : `${Math.floor(total / 60)} min ${total % 60} s`
  const minutes = Math.floor(total / 60) % 60
  return minutes === 0 ? `${Math.floor(total / 3_600)} h` : `${Math.floor(total / 3_600)} h ${minutes} min`
}

/** A short time as it is measured: `840 ms`, `1.2 s`, `14 s`, then as {@link lengthText}. */
export function millisecondsText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return lengthText(ms)
}

const counts = new Intl.NumberFormat('en')

/** A whole number with separators. */
export function countText(count: number): string {
  return counts.format(Math.round(count))
}

/** What is hidden, as it is of few people, in the place of a figure. */
export function orHidden(value: number | null, say: (value: number) => string): string {
  return value === null ? 'hidden' : say(value)
}

/** A share of one, in per cent; below ten per cent with one decimal, so that small ones can be told apart. */
export function shareText(share: number): string {
  const percent = share * 100
  return percent > 0 && percent < 10 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`
}

/** A difference of two shares, in points of a hundred. */
export function pointsText(difference: number): string {
  const points = (difference * 100).toFixed(1)
  if (Number(points) === 0) return '0'
  return difference < 0 ? `\u2212${points.slice(1)}` : `+${points}`
}

/** How long ago, for a line that says when something was updated. */
export function agoText(ms: number): string {
  return ms < 1_000 ? 'just now' : `${lengthText(ms)} ago`
}

/** `1 stream`, `2 streams`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

/** Since when, as the listener's clock has it: `14:32`, and with the day when that is not today. `timeZone`: theirs unless named. */
export function sinceText(ms: number, nowMs: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...zone })
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone }).format(ms)
  return day.format(ms) === day.format(nowMs) ? time : `${day.format(ms)}, ${time}`
}

const regions = new Intl.DisplayNames('en', { type: 'region' })

/** A place as the gateway says it, `Berlin, DE` or `DE`, with the country by its name. */
export function placeText(place: string): string {
  const country = place.slice(-2)
  return `${place.slice(0, -2)}${countryText(country)}`
}

/** The name of a country by its ISO code; the code itself when it is none. */
export function countryText(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code
}

const PLANS: Readonly<Record<string, string>> = {
  free: 'Free',
  individual: 'Individual',
  duo: 'Duo',
  family: 'Family',
}

/** The name of a plan by its word. */
export const planText = (word: string): string => PLANS[word] ?? word
