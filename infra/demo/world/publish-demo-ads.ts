/** Owns the audio of the demo's advertisements: synthesised here, published like any other. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishCreative } from '../../ads/publish-creative.ts'
import { createAudioStore } from '../../catalog/audio-store.ts'
import { createMinioClient } from '../../minio/client.ts'
import { minioConfig } from '../../minio/config.ts'
import { postgresConfig } from '../../postgres/config.ts'
import { withPool } from '../../postgres/with-pool.ts'
import { readEnv } from '../../runtime/env.ts'
import { arrange } from '../arrange.ts'
import { renderScore } from '../render.ts'
import { wavOf } from '../wav.ts'
import { DEMO_CAMPAIGNS } from './demo-campaigns.ts'

/** Those that are in the books and have none yet: from then on they are heard. */
export async function publishDemoAds(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
  signal = new AbortController().signal,
): Promise<void> {
  const config = readEnv(env, (read) => ({ ads: postgresConfig(read, 'ads'), minio: minioConfig(read, 'catalog') }))
  const store = createAudioStore(createMinioClient(config.minio), config.minio.bucket)
  await withPool(config.ads.url, { applicationName: 'segue-demo' }, async (pool) => {
    const { rows } = await pool.query<{ creative_id: string }>(
      `SELECT creative_id FROM creatives v
        WHERE NOT EXISTS (SELECT FROM creative_renditions r WHERE r.creative_id = v.creative_id)`,
    )
    const silent = new Set(rows.map(({ creative_id }) => creative_id))
    const creatives = DEMO_CAMPAIGNS.flatMap((campaign) => campaign.creatives).filter(({ id }) => silent.has(id))
    if (creatives.length === 0) return
    const workFolder = await mkdtemp(join(tmpdir(), 'segue-demo-ads-'))
    try {
      for (const { id, title, piece, style } of creatives) {
        signal.throwIfAborted()
        const path = join(workFolder, `${id}.wav`)
        await writeFile(path, wavOf(renderScore(arrange(piece, style), piece.lengthS, style.room)))
        await publishCreative({ pool, store }, { creativeId: id, path, workFolder }, signal)
        report(`an advertisement: ${title}`)
      }
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  })
}
