// The page and the gateway are one origin: the pages of a gateway are asked for where the page itself is.
const gateway = process.env.SEGUE_GATEWAY ?? 'http://127.0.0.1:18080'
export default { server: { proxy: { '/api': gateway, '/ws': { target: gateway, ws: true } } } }
