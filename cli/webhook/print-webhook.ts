import type { WebhookSettings } from '../../shared/settings.ts'
import { type FoundWebhooks, secretToCome, type WebhookAddress } from './find-webhooks.ts'
import { type Setup, setups } from './setup.ts'

/** What to type into the registry, in lines for people; `called` is the command about this webhook. */
export function printWebhook(
  webhook: WebhookSettings,
  { address, secret, isRotating, problem }: WebhookAddress,
  called: string,
): string[] {
  const { provider, registry, secret: id, serviceAccount = '', audience = '' } = webhook
  const setup = setups[provider]({ registry, address, secret: secret ?? secretToCome, serviceAccount, audience })
  return [
    `${registry}, by the webhooks of ${provider}${id === undefined ? '' : ` (secret ${id})`}`,
    '',
    ...(problem === undefined ? [] : [`  ${problem}: ${called} --rotate makes one`, '']),
    `  address  ${address}`,
    '',
    ...setupLines(setup),
    ...(isRotating ? [`  the secret before this one counts too, until: ${called} --rotate --finish`] : []),
    `  did it arrive: ${called} --check`,
    '',
  ]
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
export const printOthers = ({ registry, others }: FoundWebhooks): string[] =>
  others.length === 0 ? [] : [`other senders of ${registry}: --sender ${others.join(', ')}`]
