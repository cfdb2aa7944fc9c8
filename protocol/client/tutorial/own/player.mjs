import WebSocket from 'ws'

const { SEGUE_GATEWAY: gateway = 'http://127.0.0.1:18080', SEGUE_TOKEN: token } = process.env
const get = async (url, headers = {}) => Buffer.from(await (await fetch(url, { headers })).arrayBuffer())
const catalog = JSON.parse(await get(`${gateway}/api/catalog`, { authorization: `Bearer ${token}` }))
let [beatMs, beganAtMs, held, stream_id, track] = [0, 0, 0]

const socket = new WebSocket(`${gateway.replace('http', 'ws')}/ws`, 'segue.v1.json')
const say = (message) => socket.send(JSON.stringify(message))
const playheadMs = () => Math.min(Date.now() - beganAtMs, held * track.chunk_ms)
const beat = () => say({ type: 'heartbeat', sent_at_ms: Date.now(), stream_id, position_ms: playheadMs() })
const ask = () => say({ type: 'credit', stream_id, bitrate_kbps: 160, next_chunk: held, chunks: 8 })
const hear = {
  hello({ heartbeat_interval_ms }) {
    beatMs = heartbeat_interval_ms
    say({ type: 'authenticate', token, device: { id: 'own-player', name: 'Of my own', kind: 'desktop' } })
  },
  ready: () => say({ type: 'play', id: 1, track_id: catalog.artists[0].albums[0].tracks[0].track_id }),
  playback(message) {
    if (message.status !== 'playing') return socket.close(1000)
    ;[stream_id, track, beganAtMs] = [message.stream_id, message.track, Date.now()]
    setInterval(beat, beatMs)
    ask()
  },
  async grant({ chunks }) {
    for (const { index, url } of chunks) console.log(`chunk ${index}: ${(await get(url)).length} bytes`)
    held = chunks.at(-1).index + 1
    if (held < track.renditions[0].chunk_count) ask()
  },
  error: console.error,
}
socket.onmessage = ({ data }) => hear[JSON.parse(data).type]?.(JSON.parse(data))
socket.onclose = ({ code, reason }) => process.exit(console.log('closed', code, reason))
