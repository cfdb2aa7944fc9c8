import { connect } from '@segue/player'

const [button, audio, output] = ['button', 'audio', 'output'].map((name) => document.querySelector(name))
const once = (target, name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }))
const token = location.hash.slice(1)
const catalog = await (await fetch('/api/catalog', { headers: { authorization: `Bearer ${token}` } })).json()
let held = 0

const url = `${location.origin.replace('http', 'ws')}/ws`
const device = { id: 'first-page', name: 'My first page', kind: 'web' }
const position = () => ({ position_ms: Math.round(audio.currentTime * 1000), buffer_ms: 0 })
const client = connect({ url, token: async () => token, device, position })
client.on('state', ({ state }) => output.replaceChildren(state))
await new Promise((resolve) => client.on('ready', resolve))
await once(button, 'click')

const { stream_id, track } = await client.play({ track_id: catalog.artists[0].albums[0].tracks[0].track_id })
const [{ bitrate_kbps, codec, chunk_count }] = track.renditions
const source = new MediaSource()
audio.src = URL.createObjectURL(source)
await once(source, 'sourceopen')
const buffer = source.addSourceBuffer(`audio/mp4; codecs="${codec}"`)
const ask = () => client.credit({ stream_id, bitrate_kbps, next_chunk: held, chunks: 8 })
client.on('grant', async ({ init_url, chunks }) => {
  for (const { index, url } of chunks) {
    for (const address of index === 0 ? [init_url, url] : [url]) {
      buffer.appendBuffer(await (await fetch(address)).arrayBuffer())
      await once(buffer, 'updateend')
    }
    held = index + 1
  }
  if (held < chunk_count) ask()
})
ask()
