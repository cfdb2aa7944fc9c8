/** Owns a process that runs the seeds it is sent, one after the other. */

import { PLANTS, type PlantName } from './plants.ts'
import { PROFILES, type ProfileName } from './profile.ts'
import { runSeed } from './run-seed.ts'

export interface SeedJob {
  readonly seed: number
  readonly profile: ProfileName
  readonly plant?: PlantName
}

process.on('message', (job: SeedJob) => {
  const { seed, profile, plant } = job
  runSeed(seed, { profile: PROFILES[profile], ...(plant === undefined ? {} : { plant: PLANTS[plant] }) }).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(`seed ${seed} could not be run:`, error)
      process.exit(1)
    },
  )
})
// Whoever gave the work is gone.
process.on('disconnect', () => process.exit(0))
