import { describe, expect, it } from 'vitest'
import { durabilityProblem, minInsyncFor, replicasFor } from './durability.ts'

describe('durability of a topic', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 2],
    [9, 3, 2],
  ])('on %i brokers: %i replicas, %i of them in sync', (brokers, replicas, inSync) => {
    expect(replicasFor(brokers)).toBe(replicas)
    expect(minInsyncFor(replicas)).toBe(inSync)
  })

  it.each([
    [3, 2],
    [3, 3],
    [5, 2],
    [1, 1],
  ])('%i replicas with %i in sync will do', (replicas, minInsyncReplicas) => {
    expect(durabilityProblem({ topic: 't', replicas, minInsyncReplicas })).toBeUndefined()
  })

  it('three replicas with one in sync are refused, with what to do', () => {
    expect(durabilityProblem({ topic: 't', replicas: 3, minInsyncReplicas: 1 })).toMatch(/topic t .* set it to 2/)
  })
})
