/** Owns the health question to Airflow: its scheduler and its reader of DAGs work, not its pages alone. */

const WAIT_MS = 2_000
const NEEDED = ['metadatabase', 'scheduler', 'dag_processor'] as const

type Health = Readonly<Partial<Record<(typeof NEEDED)[number], { readonly status: string | null }>>>

/** Resolves when all that Airflow runs here is healthy, by its own account. */
export async function probeAirflow(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/v2/monitor/health`, { signal: AbortSignal.timeout(WAIT_MS) })
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
  const health = (await answer.json()) as Health
  const sick = NEEDED.filter((name) => health[name]?.status !== 'healthy')
  if (sick.length > 0) throw new Error(`${sick.join(', ')} of Airflow: not healthy yet`)
}
