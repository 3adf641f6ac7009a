import { InvalidInputError } from '../../shared/errors.ts'
import type { Installation } from '../connect/installation.ts'
import { commandName } from '../io/command-name.ts'
import { checkDeliveries } from './check-deliveries.ts'
import { type AskedWebhooks, addressOf, findWebhooks } from './find-webhooks.ts'
import { printOthers, printWebhook } from './print-webhook.ts'
import { finishRotation, rotateSecrets } from './rotate-secret.ts'

interface Asked extends AskedWebhooks {
  readonly url?: string
  /** The flags by which the installation was found, each after a blank. */
  readonly ofTarget?: string
}

type Deps = Pick<Installation, 'settings' | 'rulebook' | 'secrets' | 'store' | 'findWebhookUrl' | 'keepWebhookSecrets'>

/** Does what was asked for; answers in lines for people. */
export async function runWebhook(
  asked: Asked,
  work: 'show' | 'rotate' | 'finish' | 'check',
  installation: Deps,
  now: Date,
): Promise<string[]> {
  const found = findWebhooks({ ...asked, withOwn: work === 'check' }, installation)
  const { registry, webhooks } = found
  const called = (provider: string) => `${commandName} webhook ${registry} --sender ${provider}${asked.ofTarget ?? ''}`
  if (work === 'check') return checkDeliveries({ registry, webhooks, called }, installation, now)
  const base = asked.url === undefined ? await installation.findWebhookUrl() : baseOf(asked.url)
  const done = await change(work, webhooks, installation)
  const shown = []
  for (const webhook of webhooks)
    shown.push(...printWebhook(webhook, await addressOf(webhook, base, installation), called(webhook.provider)))
  return [...done, ...shown, ...printOthers(found)]
}

async function change(
  work: 'show' | 'rotate' | 'finish',
  webhooks: Parameters<typeof rotateSecrets>[0],
  { secrets, keepWebhookSecrets }: Deps,
): Promise<string[]> {
  if (work === 'show') return []
  const { lines, texts } = await (work === 'rotate' ? rotateSecrets : finishRotation)(webhooks, secrets)
  keepWebhookSecrets(texts)
  return [...lines, '']
}

/** Without the path that every webhook begins with, and without slashes at the end. */
function baseOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new InvalidInputError(
      `--url: expected an address such as https://hooks.example.com, got ${JSON.stringify(url)}`,
    )
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '').replace(/\/webhook$/, '')
}
