/** Owns `segue demo`. */

import { Command } from 'commander'
import { untilInterrupted } from '../catalog/interruption.ts'
import { loadDemoCatalog } from './load-demo-catalog.ts'
import { publishDemoAds } from './world/publish-demo-ads.ts'
import { seedWorld } from './world/seed-world.ts'

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'makes the demo catalog, a dozen pieces by artists who do not exist, where there is no music yet, and accounts, contracts, playlists and advertisements around it',
    )
    .action(() =>
      untilInterrupted('stopped; segue demo makes the rest', async (signal) => {
        const { tracks } = await loadDemoCatalog(process.env, (line) => console.log(line), { signal })
        await seedWorld(process.env)
        await publishDemoAds(process.env, (line) => console.log(line), signal)
        if (tracks === 0) console.log('there is music in the catalog already: nothing was made')
      }),
    )
}
