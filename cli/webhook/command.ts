import { Command, Option } from 'commander'
import { webhookProviders } from '../../shared/domain/webhook-provider.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly sender?: string
  readonly url?: string
  readonly rotate?: boolean
  readonly finish?: boolean
  readonly check?: boolean
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
Prints for a registry (harbor.example.com) the address of its webhook, what to type where in the registry, and the secret: what
it prints is as secret as that. --rotate makes a new secret and lets the one before count on, so that no event is lost;
once the registry presents the new one, which --check tells, --rotate --finish ends the old one.

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
      .option('--check', 'change nothing: tell when the last delivery came, and whether it led to a sync'),
  )
    .addHelpText('after', notes)
    .action(async (host: string, flags: Flags, command: Command) => {
      refuseTogether(flags)
      const { runWebhook } = await import('./run-webhook.ts')
      const { sender, url, rotate = false, finish = false, check = false, ...target } = flags
      const ofTarget = targetText(target, command)
      const asked = { host, ofTarget, ...(sender !== undefined && { sender }), ...(url !== undefined && { url }) }
      const work = check ? 'check' : finish ? 'finish' : rotate ? 'rotate' : 'show'
      const lines = await withInstallation(target, installation => runWebhook(asked, work, installation, new Date()))
      await writeAll(
        lines.map(line => `${printable(line)}\n`),
        process.stdout,
      )
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

function refuseTogether({ rotate, finish, check }: Flags): void {
  if (finish === true && rotate !== true) throw new InvalidInputError('expected --finish with --rotate, got it without')
  if (check === true && rotate === true) throw new InvalidInputError('expected --check alone, got --rotate too')
}
