/** Owns what the run knows of the stack that it goes through: its addresses, and the secrets of its data folder. */

import { dataFolder, inDataFolder } from '../../infra/stack/folders.ts'
import { StackProblem } from '../../infra/stack/problem.ts'
import { ensureSecrets, type Secrets } from '../../infra/stack/secrets.ts'

export interface StackPlace {
  readonly env: NodeJS.ProcessEnv
  readonly secrets: Secrets
  readonly issuerUrl: string
  readonly edgeUrl: string
  readonly supersetUrl: string
  readonly airflowUrl: string
  readonly openSearchUrl: string
}

/** @throws {StackProblem} when the stack has not all that is gone through */
export async function stackPlace(env: NodeJS.ProcessEnv): Promise<StackPlace> {
  const address = (name: string): string => {
    const value = env[name]
    if (!value) throw new StackProblem(`${name} is not set: npm run stack starts everything that is gone through`)
    return value
  }
  return {
    env,
    secrets: await ensureSecrets(inDataFolder.secrets(dataFolder(env))),
    issuerUrl: address('SEGUE_ISSUER_URL'),
    edgeUrl: address('SEGUE_NGINX_URL'),
    supersetUrl: address('SEGUE_SUPERSET_URL'),
    airflowUrl: address('SEGUE_AIRFLOW_URL'),
    openSearchUrl: address('SEGUE_OPENSEARCH_URL'),
  }
}
