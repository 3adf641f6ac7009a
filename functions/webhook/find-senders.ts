import { compilePathGlob } from '../../shared/domain/path-glob.ts'
import { webhookKey } from '../../shared/domain/webhook-delivery.ts'
import { liveSecrets, secretMark } from '../../shared/domain/webhook-secret.ts'
import { AccessDeniedError, UnavailableError } from '../../shared/errors.ts'
import type { SecretAge, SecretStore } from '../../shared/ports/platform.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import { isSameSecret } from '../runtime/same-secret.ts'
import type { Presented, SecretProof } from './secret-proof.ts'

export interface WebhookLog {
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

export interface SenderDeps {
  readonly secrets: SecretStore
  readonly log: WebhookLog
}

/** A registry whose secret was presented. */
export interface Sender {
  readonly registry: string
  /** True for the paths that its secret may speak of. */
  readonly covers: (repository: string) => boolean
  /** Below which path images of a store are pulled, where the settings say so. */
  readonly pathOf: (store: string) => string | undefined
  /** The webhook that spoke; several where they have equal secrets. */
  readonly webhooks: readonly Speaker[]
}

interface Speaker {
  /** Its name among the deliveries of its registry. */
  readonly key: string
  /** It presented the secret that is on its way out, as far as this function knows yet. */
  readonly isOldSecret: boolean
  /** Which one: see `secretMark`. */
  readonly presented?: string
}

interface Match extends Omit<Speaker, 'key'> {
  readonly webhook: WebhookSettings
}

/**
 * The registries whose secret was presented; empty when none matches, several only where two registries were given equal
 * secrets. Every secret is compared, in constant time, and one that cannot be read is left out: the others count. Where
 * none matches they are read anew, since one may have been rotated.
 *
 * @throws UnavailableError when none matches and one could not be read: it may have been that one
 */
export async function findSenders(
  request: Presented,
  proof: SecretProof,
  webhooks: readonly WebhookSettings[],
  deps: SenderDeps,
): Promise<Sender[]> {
  const presented = proof.presented(request)
  if (presented === undefined) return []
  const isPresented = (secret: string) => isOneOf(presented, proof.expected(secret, request.body))
  for (const age of ['usual', 'anew'] as const) {
    const { matched, absent, unreadable } = await compareAll(webhooks, age, proof, isPresented, deps)
    if (matched.length > 0) return sendersOf(matched, deps.log)
    if (age === 'usual') continue
    warnOfAbsent(absent, proof, deps.log)
    if (unreadable > 0)
      throw new UnavailableError(`no webhook secret matched, and ${unreadable} could not be read`, { kind: 'server' })
  }
  return []
}

interface Compared {
  readonly matched: readonly Match[]
  /** Secrets that nobody can present. */
  readonly absent: readonly string[]
  readonly unreadable: number
}

async function compareAll(
  webhooks: readonly WebhookSettings[],
  age: SecretAge,
  { rule }: SecretProof,
  isPresented: (secret: string) => boolean,
  { secrets, log }: SenderDeps,
): Promise<Compared> {
  const matched: Match[] = []
  const absent: string[] = []
  let unreadable = 0
  for (const webhook of webhooks) {
    const { secret: id, registry } = webhook
    if (id === undefined) continue
    const text = await readSecret({ id, registry }, age, secrets, log)
    const live = text === unread ? [] : liveSecrets(text)
    const counts = live.map(secret => rule?.isKept(secret) ?? true)
    if (text === unread) unreadable += 1
    else if (!counts.includes(true)) absent.push(id)
    const at = live.map((secret, nth) => isPresented(secret) && counts[nth]).indexOf(true)
    if (at >= 0) matched.push({ webhook, isOldSecret: at > 0, presented: secretMark(live[at] ?? '') })
  }
  return { matched, absent, unreadable }
}

/** Compares with each, so that the time tells nothing. */
const isOneOf = (presented: string, expected: readonly string[]): boolean =>
  expected.map(one => isSameSecret(presented, one)).includes(true)

function warnOfAbsent(ids: readonly string[], { rule }: SecretProof, log: WebhookLog): void {
  if (ids.length === 0) return
  const expected = rule && { expected: rule.text }
  log.warn('webhook secrets that are missing, blank or too weak: nobody can present them', {
    secrets: ids,
    ...expected,
  })
}

const unread = Symbol('unread')

async function readSecret(
  { id, registry }: { readonly id: string; readonly registry: string },
  age: SecretAge,
  secrets: SecretStore,
  log: WebhookLog,
): Promise<string | typeof unread> {
  try {
    return (await secrets.findSecret(id, age)) ?? ''
  } catch (cause) {
    const message = `secret ${id}: expected the webhook secret of ${registry}, got none that can be read`
    // Of the family that the alarm of refusals rings on: no invocation fails by it while another secret matches.
    log.error('webhook secret left out', { registry, secret: id, error: new AccessDeniedError(message, { cause }) })
    return unread
  }
}

function sendersOf(matched: readonly Match[], log: WebhookLog): Sender[] {
  const senders = byRegistry(matched)
  if (senders.length > 1) {
    const names = matched.map(({ webhook }) => `${webhook.secret} of ${webhook.registry}`).join(', ')
    const error = new AccessDeniedError(
      `webhook secrets: expected another value for each registry, got one for ${names}`,
    )
    log.error('webhook secret of several registries: the event counts for each, as a change of unknown kind', { error })
  }
  return senders
}

/** One sender for each registry, who may do what any of its webhooks may. */
export const byRegistry = (matched: readonly Match[]): Sender[] =>
  [...Map.groupBy(matched, ({ webhook }) => webhook.registry)].map(([registry, group]) => {
    const webhooks = group.map(({ webhook }) => webhook)
    return {
      registry,
      covers: pathsOf(webhooks),
      pathOf: store => webhooks.map(({ paths }) => ownValue(paths, store)).find(path => path !== undefined),
      webhooks: group.map(({ webhook, ...how }) => ({ key: webhookKey(webhook), ...how })),
    }
  })

/** A payload says which name is asked for. */
const ownValue = (record: Readonly<Record<string, string>> = {}, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** What any of the entries of one registry allows. */
function pathsOf(webhooks: readonly WebhookSettings[]): Sender['covers'] {
  if (webhooks.some(({ repositories }) => repositories === undefined)) return () => true
  const globs = webhooks.flatMap(({ repositories = [] }) => repositories.map(compilePathGlob))
  return repository => globs.some(isMatch => isMatch(repository))
}
