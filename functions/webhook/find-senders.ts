import { compilePathGlob } from '../../shared/domain/path-glob.ts'
import { AccessDeniedError, UnavailableError } from '../../shared/errors.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { Settings, WebhookSettings } from '../../shared/settings.ts'
import { isSameSecret } from '../runtime/same-secret.ts'
import type { WebhookProvider } from './providers/provider.ts'

export interface WebhookLog {
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

export interface SenderDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
  readonly log: WebhookLog
}

/** A registry whose secret was presented. */
export interface Sender {
  readonly registry: string
  /** True for the paths that its secret may speak of. */
  readonly covers: (repository: string) => boolean
}

/**
 * The registries whose secret was presented; empty when none matches, several only where two registries were given equal
 * secrets. Every secret is compared, in constant time, and one that cannot be read is left out: the others count.
 *
 * @throws UnavailableError when none matches and one could not be read: it may have been that one
 */
export async function findSenders(
  { presented, expected }: { readonly presented: string; readonly expected: WebhookProvider['expected'] },
  webhooks: readonly WebhookSettings[],
  { secrets, log }: SenderDeps,
): Promise<Sender[]> {
  const matched: WebhookSettings[] = []
  const absent: WebhookSettings[] = []
  let unreadable = 0
  for (const webhook of webhooks) {
    const secret = await readSecret(webhook, secrets, log)
    if (secret === unread) unreadable += 1
    else if (secret === '') absent.push(webhook)
    else if (isSameSecret(presented, expected(secret))) matched.push(webhook)
  }
  if (matched.length > 0) return sendersOf(matched, log)
  if (absent.length > 0)
    log.warn('webhook secrets that are missing or blank: nobody can present them', {
      secrets: absent.map(({ secret }) => secret),
    })
  if (unreadable > 0)
    throw new UnavailableError(`no webhook secret matched, and ${unreadable} could not be read`, { kind: 'server' })
  return []
}

const unread = Symbol('unread')

/** Without the blanks around it, which no header can carry: a secret made from a file often ends with a new line. */
async function readSecret(
  { secret, registry }: WebhookSettings,
  secrets: SecretStore,
  log: WebhookLog,
): Promise<string | typeof unread> {
  try {
    return (await secrets.findSecret(secret))?.trim() ?? ''
  } catch (cause) {
    const message = `secret ${secret}: expected the webhook secret of ${registry}, got none that can be read`
    // Of the family that the alarm of refusals rings on: no invocation fails by it while another secret matches.
    log.error('webhook secret left out', { registry, secret, error: new AccessDeniedError(message, { cause }) })
    return unread
  }
}

function sendersOf(matched: readonly WebhookSettings[], log: WebhookLog): Sender[] {
  const byRegistry = [...Map.groupBy(matched, ({ registry }) => registry)]
  if (byRegistry.length > 1) {
    const names = matched.map(({ secret, registry }) => `${secret} of ${registry}`).join(', ')
    const error = new AccessDeniedError(
      `webhook secrets: expected another value for each registry, got one for ${names}`,
    )
    log.error('webhook secret of several registries: the event counts for each, as a change of unknown kind', { error })
  }
  return byRegistry.map(([registry, webhooks]) => ({ registry, covers: pathsOf(webhooks) }))
}

/** What any of the entries of one registry allows. */
function pathsOf(webhooks: readonly WebhookSettings[]): Sender['covers'] {
  if (webhooks.some(({ repositories }) => repositories === undefined)) return () => true
  const globs = webhooks.flatMap(({ repositories = [] }) => repositories.map(compilePathGlob))
  return repository => globs.some(isMatch => isMatch(repository))
}
