import { createWriteStream } from 'node:fs'
import { connect } from '@segue/player'
import WebSocket from 'ws'

const { SEGUE_GATEWAY: gateway = 'http://127.0.0.1:18080', SEGUE_TOKEN: token } = process.env
const get = async (url, headers = {}) => Buffer.from(await (await fetch(url, { headers })).arrayBuffer())
const catalog = JSON.parse(await get(`${gateway}/api/catalog`, { authorization: `Bearer ${token}` }))
const { track_id } = catalog.artists[0].albums[0].tracks[0]
const file = createWriteStream('track.mp4')
let [held, heldMs, beganAtMs] = [0, 0, 0]
const playheadMs = () => Math.min(Date.now() - beganAtMs, heldMs)

const url = `${gateway.replace('http', 'ws')}/ws`
const device = { id: 'first-player', name: 'My first player', kind: 'desktop' }
const position = () => ({ position_ms: playheadMs(), buffer_ms: heldMs - playheadMs() })
const client = connect({ url, token: async () => token, device, position, webSocket: WebSocket })
client.on('state', ({ state, reason = '' }) => console.log(state, reason))
await new Promise((resolve) => client.on('ready', resolve))

const { stream_id, track } = await client.play({ track_id })
const [{ bitrate_kbps, chunk_count }] = track.renditions
const ask = () => client.credit({ stream_id, bitrate_kbps, next_chunk: held, chunks: 8 })
client.on('grant', async ({ init_url, chunks }) => {
  for (const { index, url } of chunks) {
    for (const address of index === 0 ? [init_url, url] : [url]) file.write(await get(address))
    held = index + 1
    heldMs = held * track.chunk_ms
    console.log(`${track.title}: chunk ${held} of ${chunk_count}`)
  }
  if (held < chunk_count) ask()
})
beganAtMs = Date.now()
client.report('started', { stream_id, position_ms: 0 })
ask()
