/** Owns the small world around the demo catalog: made once, each part as the service whose tables it fills, and added to by later starts. */

import { masterKeysConfig } from '../../personal/config.ts'
import { createListenerVault } from '../../personal/listener-vault.ts'
import { createLocalMasterKeys } from '../../personal/local-master-keys.ts'
import { postgresConfig } from '../../postgres/config.ts'
import { speakAs } from '../../postgres/speak-as.ts'
import { withPool } from '../../postgres/with-pool.ts'
import { readEnv } from '../../runtime/env.ts'
import { seedAccounts } from './demo-accounts.ts'
import { seedAdvertising } from './demo-advertising.ts'
import { seedRights, seedWorks } from './demo-rights.ts'
import { seedSocial } from './demo-social.ts'

/** Accounts of the people, contracts about the demo tracks, playlists and a campaign. Nothing where the demo catalog is not: there the people are real. */
export async function seedWorld(env: NodeJS.ProcessEnv, nowMs = Date.now()): Promise<void> {
  const { postgres, keys } = readEnv(env, (read) => ({
    postgres: postgresConfig(read, 'admin'),
    keys: masterKeysConfig(read),
  }))
  const vault = createListenerVault(createLocalMasterKeys(keys))
  await withPool(postgres.url, { applicationName: 'segue-demo' }, async (admin) => {
    const { rowCount } = await admin.query(`SELECT FROM tracks WHERE isrc LIKE 'XXDEM%' LIMIT 1`)
    if (rowCount === 0) return
    await speakAs(admin, { role: 'billing' }, (client) => seedAccounts(client, vault))
    await speakAs(admin, { role: 'catalog' }, seedWorks)
    await speakAs(admin, { role: 'finance' }, seedRights)
    await seedSocial(admin, nowMs)
    await speakAs(admin, { role: 'ads' }, (client) => seedAdvertising(client, nowMs))
  })
}
