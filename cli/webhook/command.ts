import { Command, Option } from 'commander'
import { webhookProviders } from '../../shared/domain/webhook-provider.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import type { WebhookWork } from './run-webhook.ts'

interface Flags {
  readonly sender?: string
  readonly url?: string
  readonly rotate?: boolean
  readonly finish?: boolean
  readonly force?: boolean
  readonly check?: boolean
  readonly output: 'text' | 'json'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
Prints for a registry (harbor.example.com) the address of its webhook, what to type where in the registry, and the secret: what
it prints is as secret as that. --rotate makes a new secret and lets the one before count on, so that no event is lost;
once the registry presents the new one, which --check tells, --rotate --finish ends the old one. It refuses while the registry was
seen to present the old one last; --force ends it all the same.
The JSON output is described by cli/webhook/webhook.schema.json.

Example:
  shelflife webhook quay.io --check

Exit codes: 0 done, also where no delivery came yet; 1 the installation does not answer; 2 bad input.`

/** `shelflife webhook`: how a registry tells of pushes, with which secret, and whether it does. */
export const webhookCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('webhook'))
      .description('address and settings of the webhook of a registry, its secret, and whether events come')
      .argument('<host>', 'the registry')
      .addOption(new Option('--sender <name>', 'of these webhooks alone').choices(webhookProviders))
      .option('--url <url>', 'the address under which the registry reaches the webhooks, where another one does')
      .option('--rotate', 'make a new secret; the one before counts on')
      .option('--finish', 'with --rotate: end the secret before')
      .option('--force', 'with --rotate --finish: also while the registry still presents the secret before')
      .option('--check', 'change nothing: tell when the last delivery came, and whether it led to a sync')
      .addOption(new Option('-o, --output <form>', 'how to print').choices(['text', 'json']).default('text')),
  )
    .addHelpText('after', notes)
    .action(async (host: string, flags: Flags, command: Command) => {
      refuseTogether(flags)
      const { runWebhook } = await import('./run-webhook.ts')
      const { printReport } = await import('./print-webhook.ts')
      const { webhookJson } = await import('./webhook-json.ts')
      const { sender, url, rotate: _r, finish: _f, force: _o, check: _c, output, ...target } = flags
      const now = new Date()
      const asked = { host, now, ...(sender !== undefined && { sender }), ...(url !== undefined && { url }) }
      const report = await withInstallation(target, installation => runWebhook(asked, workOf(flags), installation))
      const lines = printReport(report, targetText(target, command), now).map(line => `${printable(line)}\n`)
      const json = () => [`${JSON.stringify(webhookJson(report, now), undefined, 2)}\n`]
      await writeAll(output === 'json' ? json() : lines, process.stdout)
    })

/** The flags by which the installation was found, so that what is printed can be copied. */
const targetText = ({ data, aws, config, installation }: InstallationTarget, command: Command): string =>
  [
    ...(aws === true ? ['--aws'] : []),
    ...(command.getOptionValueSource('installation') === 'cli' ? [`--installation ${installation}`] : []),
    ...(command.getOptionValueSource('config') === 'cli' ? [`--config ${config}`] : []),
    ...(command.getOptionValueSource('data') === 'cli' ? [`--data ${data}`] : []),
  ]
    .map(flag => ` ${flag}`)
    .join('')

function workOf({ rotate, finish, force, check }: Flags): WebhookWork {
  if (check === true) return 'check'
  if (finish === true) return force === true ? 'force' : 'finish'
  return rotate === true ? 'rotate' : 'show'
}

function refuseTogether({ rotate, finish, force, check }: Flags): void {
  if (force === true && finish !== true)
    throw new InvalidInputError('expected --force with --rotate --finish, got it without')
  if (finish === true && rotate !== true) throw new InvalidInputError('expected --finish with --rotate, got it without')
  if (check === true && rotate === true) throw new InvalidInputError('expected --check alone, got --rotate too')
}
