/** Owns `segue capacity`: what so many listeners take, and the document brought up to date. */

import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { capacityOf } from './capacity.ts'
import { DOCUMENT, documentNow, SIZES } from './document.ts'
import { MEASURED } from './inputs.ts'
import { capacityTable, limitsTable } from './tables.ts'

const { listeners, write } = new Command('capacity')
  .description('What so many listeners at once take, from the costs in load-tests/capacity/inputs.ts.')
  .option('--listeners <n>', 'so many; 1, 10 and 100 million unless told', wholeNumber(1_000, 10_000_000_000))
  .option('--write', 'bring load-tests/capacity.md up to date', false)
  .showHelpAfterError('(--help shows what there is)')
  .parse()
  .opts<{ listeners?: number; write: boolean }>()

const sizes = listeners === undefined ? SIZES : [listeners]
const { gatewayLimit, listenersOfAGateway } = capacityOf(sizes[0] ?? 0, MEASURED)
console.log(capacityTable(sizes, MEASURED))
console.log(`\n${limitsTable(MEASURED)}`)
console.log(`\nA gateway process holds ${listenersOfAGateway.toLocaleString('en')} listeners; ${gatewayLimit} decides.`)
if (write) await writeFile(DOCUMENT, await documentNow())
