/** Owns `segue edge`: what an operator does with the edge that runs here. */

import { join } from 'node:path'
import { Command } from 'commander'
import { cacheFolder, dataFolder } from '../stack/folders.ts'
import { HOST, portsFrom } from '../stack/ports.ts'
import { reloadEdge } from './reload.ts'
import { edgeOf } from './server.ts'

export function edgeCommand(): Command {
  return new Command('edge').description('the edge that runs here, before the gateways').addCommand(
    new Command('reload')
      .description('have it read its configuration and certificates again, without losing a socket')
      .addHelpText(
        'after',
        '\nThe configuration is written anew from infra/nginx, certificates that end soon are renewed, and both are tried before they are taken.' +
          '\nNew connections get the new ones; old sockets stay with the old workers until they end.',
      )
      .action(reload),
  )
}

async function reload(): Promise<void> {
  const folder = join(dataFolder(process.env), 'nginx')
  await reloadEdge(edgeOf({ host: HOST, ports: portsFrom(process.env), folder }), cacheFolder(process.env))
  console.log('new connections get the new configuration and certificates; old sockets stay')
}
