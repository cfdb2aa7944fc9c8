/** Owns the fetching of one chunk of audio, for real. */

const FETCH_TIMEOUT_MS = 10_000

export async function fetchAudio(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  if (answer.ok) return await answer.arrayBuffer()
  await answer.body?.cancel()
  throw new Error(String(answer.status))
}
