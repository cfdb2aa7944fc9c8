/** Owns the command line `segue`: which commands there are, and how their failures are said. */

import { Command } from 'commander'
import { ingestCommand } from '../catalog/ingest-command.ts'
import { demoCommand } from '../demo/demo-command.ts'
import { doctorCommand } from '../doctor/doctor-command.ts'
import { tokenCommand } from '../issuer/token-command.ts'
import { asAJob } from '../jobs/as-a-job.ts'
import { edgeCommand } from '../nginx/edge-command.ts'
import { modelCommand } from '../postgres/model/model-command.ts'
import { dataFolder } from '../stack/folders.ts'
import { announceCommand } from './announce.ts'
import { askCommand } from './ask.ts'
import { JOBS } from './commands/jobs.ts'
import { installCommand } from './install.ts'
import { type LoadTestCommand, loadTestCommand } from './load-test-command.ts'
import { resetCommand } from './reset.ts'
import { runProgram } from './run-program.ts'
import { stackCommand } from './stack.ts'
import { useStackEnvironment } from './stack-environment.ts'
import { startCommand } from './start.ts'
import { testCommand } from './test.ts'

/** Commands that talk to running servers, and so need their addresses. */
const NEED_ADDRESSES: readonly string[] = [
  'ingest',
  'demo',
  'model',
  'schemas',
  'partitions',
  'audit',
  'keys',
  'erase',
  'export',
  'backup',
  'retention',
  'rollups',
  'ask',
  'announce',
  'doctor',
  'token',
  'edge',
]

const program = new Command('segue')
  .description('A real-time gateway for music streaming: servers, audio and tests, by one command each.')
  .enablePositionalOptions()
  .showHelpAfterError('(--help shows what there is)')
  .hook('preAction', async (_, command) => {
    const words = [command.name(), command.parent?.name() ?? '']
    if (words.some((word) => NEED_ADDRESSES.includes(word))) await useStackEnvironment(dataFolder(process.env))
  })
const loadTests: readonly LoadTestCommand[] = [
  {
    name: 'drills',
    description: 'kill, freeze and restart the servers under load, by a seed, and count what was lost',
    program: 'load-tests/drills/main.ts',
  },
  {
    name: 'bytes',
    description:
      'offer millions of frames from hell to the decoder, the dispatch and a real gateway, and account for each',
    program: 'load-tests/bytes/main.ts',
  },
  {
    name: 'storms',
    description: 'drop thousands of clients, or kill the gateway under them, and measure how they come back',
    program: 'load-tests/storms/main.ts',
  },
  {
    name: 'bench',
    description: 'measure the gateway beside raw uWebSockets.js and its peers: memory, heartbeats, telemetry, sign-ins',
    program: 'load-tests/bench/main.ts',
  },
  {
    name: 'load',
    description: 'set k6 upon a gateway: players that speak the protocol, with thresholds that fail the run',
    program: 'load-tests/k6/main.ts',
  },
  {
    name: 'profile',
    description: 'make one path of a gateway hot, and see where its processor time goes',
    program: 'load-tests/profiles/main.ts',
  },
  {
    name: 'capacity',
    description: 'what so many listeners at once take: gateways, Redis, Kafka, ClickHouse, network',
    program: 'load-tests/capacity/main.ts',
  },
  {
    name: 'sharing',
    description: 'score accounts that look shared, from a file of events',
    program: 'workers/sharing/main.ts',
  },
  {
    name: 'recommend',
    description: 'what to play next: ways to predict it, measured on files of sessions',
    program: 'workers/recommend/main.ts',
  },
  {
    name: 'up-next',
    description: 'measure what the list of what plays next costs in a gateway',
    program: 'gateway/bench/main.ts',
  },
  {
    name: 'royalties',
    description: 'what artists are owed for a month',
    program: 'workers/royalties/main.ts',
  },
  {
    name: 'rollups',
    description: 'bring minutes, hours and days of listening up to date, and close the hours whose time has come',
    program: 'workers/rollups/main.ts',
  },
  {
    name: 'search',
    description: 'build the index of the catalog anew, or measure searching',
    program: 'workers/search/main.ts',
  },
  {
    name: 'churn',
    description: 'fit the forecast of who is about to churn, and measure it against recency alone',
    program: 'workers/churn/main.ts',
  },
  {
    name: 'analytics',
    description: 'measure what analysts see: the six questions, ingest, and how soon an event is counted',
    program: 'load-tests/analytics/main.ts',
  },
  {
    name: 'simulate',
    description: 'run a fleet of gateways and players in virtual time, with faults by seed, and check its history',
    program: 'load-tests/simulation/main.ts',
  },
]
const commands = [
  startCommand,
  stackCommand,
  testCommand,
  resetCommand,
  installCommand,
  ingestCommand,
  demoCommand,
  modelCommand,
  ...JOBS,
  announceCommand,
  askCommand,
  doctorCommand,
  edgeCommand,
  tokenCommand,
  ...loadTests.map(loadTestCommand),
]
for (const command of commands) program.addCommand(command())

await asAJob(() => runProgram(program))
