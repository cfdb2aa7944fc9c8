/** Owns from where on a forecast calls a listener about to churn: the best F1 on the seeds that it was fitted on. */

import type { Thresholds } from './comparison.ts'

/** `segue churn fit --from 1 --to 6` */
export const THRESHOLDS: Thresholds = { risk: 0.2519, daysSilent: 6.16 }
