/** Owns the floor: a bare uWebSockets.js server that greets with one message and answers a request by another, and does nothing else. */

import { App } from 'uWebSockets.js'

const [, , portText = '', greetingText = '', answerText = ''] = process.argv
const greeting = new Uint8Array(Number(greetingText))
const answer = new Uint8Array(Number(answerText))

App()
  .ws('/ws', {
    maxBackpressure: 0,
    idleTimeout: 0,
    sendPingsAutomatically: false,
    upgrade: (res, req, context) => {
      res.upgrade(
        {},
        req.getHeader('sec-websocket-key'),
        req.getHeader('sec-websocket-protocol'),
        req.getHeader('sec-websocket-extensions'),
        context,
      )
    },
    open: (socket) => {
      socket.send(greeting, true)
    },
    message: (socket) => {
      socket.send(answer, true)
    },
  })
  .listen('127.0.0.1', Number(portText), (socket) => {
    if (socket !== false) return
    console.error(`cannot listen on port ${portText}`)
    process.exit(1)
  })
