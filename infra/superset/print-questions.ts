/** Owns the printing of what Superset is told of the questions, for a Superset that is started elsewhere. */

import { questionsToChart } from './questions-to-chart.ts'

process.stdout.write(JSON.stringify(questionsToChart()))
