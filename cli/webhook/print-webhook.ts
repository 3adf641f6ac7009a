import type { WebhookSettings } from '../../shared/settings.ts'
import { commandName } from '../io/command-name.ts'
import { deliveryLines } from './check-deliveries.ts'
import { type FoundWebhooks, secretToCome, type WebhookAddress } from './find-webhooks.ts'
import type { WebhookReport } from './run-webhook.ts'
import { type Setup, setups } from './setup.ts'

/** What was found and done, in lines for people; `ofTarget` are the flags by which the installation was found. */
export function printReport(
  { found, changes, addresses, checked }: WebhookReport,
  ofTarget: string,
  now: Date,
): string[] {
  const called = ({ registry, provider }: WebhookSettings) =>
    `${commandName} webhook ${registry} --sender ${provider}${ofTarget}`
  return [
    ...checked.flatMap(one => deliveryLines(one, called(one.webhook), now)),
    ...changes,
    ...(changes.length > 0 ? [''] : []),
    ...addresses.flatMap(({ webhook, at }) => printWebhook(webhook, at, called(webhook))),
    ...(checked.length > 0 ? [] : printOthers(found)),
  ]
}

/** What to type into the registry, in lines for people; `called` is the command about this webhook. */
function printWebhook(
  webhook: WebhookSettings,
  { address, secret, isRotating, problem }: WebhookAddress,
  called: string,
): string[] {
  const { provider, registry, secret: id } = webhook
  return [
    `${registry}, by the webhooks of ${provider}${id === undefined ? '' : ` (secret ${id})`}`,
    '',
    ...(problem === undefined ? [] : [`  ${problem}: ${called} --rotate makes one`, '']),
    `  address  ${address}`,
    '',
    ...setupLines(setupOf(webhook, { address, ...(secret !== undefined && { secret }) })),
    ...(isRotating ? [`  the secret before this one counts too, until: ${called} --rotate --finish`] : []),
    `  did it arrive: ${called} --check`,
    '',
  ]
}

/** What its registry is told. */
export function setupOf(
  { provider, registry, serviceAccount = '', audience = '' }: WebhookSettings,
  { address, secret = secretToCome }: Pick<WebhookAddress, 'address' | 'secret'>,
): Setup {
  return setups[provider]({ registry, address, secret, serviceAccount, audience })
}

function setupLines({ where, fields = [], text, notes = [] }: Setup): string[] {
  const width = Math.max(0, ...fields.map(([name]) => name.length))
  return [
    `  in ${where}:`,
    '',
    ...fields.map(([name, value]) => `    ${name.padEnd(width)}  ${value}`),
    ...(text === undefined ? [] : text.split('\n').map(line => `    ${line}`)),
    '',
    ...notes.map(note => `  ${note}`),
  ]
}

/** Names the senders that were not shown. */
const printOthers = ({ registry, others }: FoundWebhooks): string[] =>
  others.length === 0 ? [] : [`other senders of ${registry}: --sender ${others.join(', ')}`]
