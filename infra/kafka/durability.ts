/** Owns how many copies of a record there must be before it is acknowledged: an ack is a promise to whoever plays (D1). */

export interface TopicDurability {
  readonly topic: string
  /** Of the partition that has the fewest. */
  readonly replicas: number
  readonly minInsyncReplicas: number
}

const WANTED_REPLICAS = 3

/** For a topic that is made now, on so many brokers. */
export const replicasFor = (brokers: number): number => Math.max(1, Math.min(WANTED_REPLICAS, brokers))

/** Two copies, where one of three may be away without stopping the topic; with fewer, no copy can be spared. */
export const minInsyncFor = (replicas: number): number => (replicas >= WANTED_REPLICAS ? 2 : 1)

/** What is wrong with a topic, and what to do; undefined when an acknowledged record is safe there. */
export function durabilityProblem({ topic, replicas, minInsyncReplicas }: TopicDurability): string | undefined {
  const wanted = minInsyncFor(replicas)
  if (minInsyncReplicas >= wanted) return undefined
  return `topic ${topic} has ${replicas} replicas and min.insync.replicas=${minInsyncReplicas}, so that an acknowledged record may be lost with one broker: set it to ${wanted}`
}
