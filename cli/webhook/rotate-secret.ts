import { randomBytes } from 'node:crypto'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { DeliveryRecord } from '../../shared/domain/records/deliveries.ts'
import { isStillPresented } from '../../shared/domain/webhook-delivery.ts'
import { liveSecrets, rotatedSecret } from '../../shared/domain/webhook-secret.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import type { CheckedWebhook } from './check-deliveries.ts'

const secretBytes = 24

/** What was done to the secrets, and for each what it was, in lines for people. */
export interface Rotation {
  readonly lines: readonly string[]
  /** The texts that the stored secrets have now, by their ids. */
  readonly texts: ReadonlyMap<string, string>
}

/** The ids, each once. @throws InvalidInputError for a sender that has none */
function idsOf(webhooks: readonly WebhookSettings[]): string[] {
  for (const { provider, secret } of webhooks)
    if (secret === undefined)
      throw new InvalidInputError(`expected a sender with a secret, got ${provider}, which signs with keys of its own`)
  return [...new Set(webhooks.flatMap(({ secret }) => secret ?? []))]
}

/**
 * Makes a new secret for each, beside which the one before counts on. Safe to repeat: where one counts on already, nothing
 * changes.
 */
export async function rotateSecrets(webhooks: readonly WebhookSettings[], secrets: SecretStore): Promise<Rotation> {
  const changed = idsOf(webhooks).map(async id => {
    const before = (await secrets.findSecret(id, 'anew')) ?? ''
    const live = liveSecrets(before)
    if (live.length > 1)
      return [id, before, `secret ${id}: it is being rotated already; nothing changed, and both secrets count`] as const
    const text = rotatedSecret(before, randomBytes(secretBytes).toString('hex'))
    await secrets.putSecret(id, text)
    return [id, text, `secret ${id}: ${madeText(live.length)}`] as const
  })
  return rotationOf(await Promise.all(changed))
}

const madeText = (before: number): string =>
  before === 0
    ? 'a first one is made; it counts within ten seconds'
    : 'a new one is made, which counts within a minute; the one before counts on until --rotate --finish'

/**
 * Ends the secrets that a rotation left. Safe to repeat.
 *
 * @throws InvalidInputError while one of these is known to be still presented, before any is ended
 */
export async function finishRotation(
  checked: readonly CheckedWebhook[],
  secrets: SecretStore,
  now: Date,
): Promise<Rotation> {
  const webhooks = checked.map(({ webhook }) => webhook)
  for (const { webhook, isRotating, last, presented, old } of checked) {
    if (last && isRotating && presented === 'before') throw lastPresented(webhook, last)
    if (old && isStillPresented(old, now)) throw stillPresented(webhook, old)
  }
  const changed = idsOf(webhooks).map(async id => {
    const before = (await secrets.findSecret(id, 'anew')) ?? ''
    const [first = '', ...older] = liveSecrets(before)
    if (older.length === 0) return [id, before, `secret ${id}: no rotation is under way; nothing changed`] as const
    await secrets.putSecret(id, first)
    return [id, first, `secret ${id}: the one before counts no more, within a minute`] as const
  })
  return rotationOf(await Promise.all(changed))
}

const lastPresented = ({ registry, provider, secret = '' }: WebhookSettings, { cameAt }: DeliveryRecord) =>
  new InvalidInputError(
    `--finish: expected the last delivery of ${provider} from ${registry} to present the new secret ${secret}, got the one before at ${secondsOf(cameAt)}; let it present the new one and wait for a delivery, or end the one before with --force: what still presents it is then refused`,
  )

const stillPresented = ({ registry, provider, secret = '' }: WebhookSettings, { cameAt }: DeliveryRecord) =>
  new InvalidInputError(
    `--finish: expected no delivery of ${provider} from ${registry} with the secret before the new ${secret} for a day, got one at ${secondsOf(cameAt)}: a project, a repository or another part of the registry may have that secret still; give all of them the new one and wait a day, or end the one before with --force: what still presents it is then refused`,
  )

const rotationOf = (changed: readonly (readonly [id: string, text: string, line: string])[]): Rotation => ({
  lines: changed.map(([, , line]) => line),
  texts: new Map(changed.map(([id, text]) => [id, text])),
})
