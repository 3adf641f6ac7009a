import { type FactsDeps, readFacts } from '../../shared/metrics/facts.ts'
import { imageFamilies } from '../../shared/metrics/image-families.ts'
import { ownFamilies } from '../../shared/metrics/own-families.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { metricsRoute } from '../../shared/wiring.ts'
import { isSameSecret } from '../runtime/same-secret.ts'
import { contentType, expositionOf } from './exposition.ts'

export interface MetricsDeps extends FactsDeps {
  readonly secrets: Pick<SecretStore, 'findSecret'>
  /** The secret that scrapers present; undefined where the settings name none. */
  readonly secretId: string | undefined
}

interface MetricsRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** So long one answer serves all who ask, so that it costs the same however many scrape. */
const cachedMs = 60_000

/** Answers scrapes: the secret first, so that nothing is read for a stranger. */
export function createMetricsServer(deps: MetricsDeps) {
  let kept: { readonly text: Promise<string>; readonly until: number } | undefined
  const text = (): Promise<string> => {
    const now = deps.now().getTime()
    if (kept && now < kept.until) return kept.text
    const made = readFacts(deps).then(facts => expositionOf([...imageFamilies(facts), ...ownFamilies(facts)]))
    kept = { text: made, until: now + cachedMs }
    // A failure is no answer for those who ask next.
    made.catch(() => {
      if (kept?.text === made) kept = undefined
    })
    return made
  }
  return async ({ method, path, headers }: MetricsRequest) => {
    if (path.replace(/(?<=.)\/$/, '') !== metricsRoute)
      return { statusCode: 404, message: `expected ${metricsRoute}, got another path` }
    if (method !== 'GET') return { statusCode: 405, message: `expected GET, got ${method}` }
    if (!(await isAuthorized(headers.authorization, deps)))
      return {
        statusCode: 401,
        message: 'expected the secret metrics.secret of the settings, as: authorization: Bearer SECRET',
      }
    return { statusCode: 200, text: await text(), contentType }
  }
}

/** A secret that is missing or blank lets nobody in. */
async function isAuthorized(authorization = '', { secrets, secretId }: MetricsDeps): Promise<boolean> {
  const [, presented] = /^bearer (.+)$/i.exec(authorization) ?? []
  if (presented === undefined || secretId === undefined) return false
  const secret = (await secrets.findSecret(secretId))?.trim() ?? ''
  return secret !== '' && isSameSecret(presented.trim(), secret)
}
