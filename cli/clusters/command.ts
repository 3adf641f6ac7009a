import { Command } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly tag: readonly string[]
  readonly region: readonly string[]
  readonly roleArn?: string
  readonly config?: string
}

const notes = `
Asks EKS with the AWS credentials of the environment, or with those of the role, and prints a line of the settings for each
cluster that has all of the tags. Nothing is added or taken away by itself: while a cluster is in the settings it must be
reached before anything is deleted, and one that lost its tag must not count as one where nothing runs.

Example:
  shelflife clusters --tag team=platform --region eu-west-1 --region us-east-1 --config infra/shelflife.config.ts

Exit codes: 0 printed; 1 AWS refuses or does not answer; 2 bad input.`

const collect = (value: string, before: readonly string[]): string[] => [...before, value]

/** `shelflife clusters`: the clusters of EKS of an account, as lines for the settings. */
export const clustersCommand = (): Command =>
  withExitCodes(new Command('clusters'))
    .description('the EKS clusters of an account, as lines for the settings')
    .option('--tag <key=value>', 'with this tag alone; may be repeated', collect, [])
    .option('--region <region>', 'in this region; may be repeated; default: that of the environment', collect, [])
    .option('--role-arn <arn>', 'as this role, of another account; it is written into the lines')
    .option('--config <file>', 'say which of them this configuration has, and which of its own were not found')
    .addHelpText('after', notes)
    .action(async ({ tag, region, roleArn, config }: Flags) => {
      const { findEksClusters } = await import('./find-eks-clusters.ts')
      const { settingsLines } = await import('./settings-lines.ts')
      const { loadConfig } = await import('../../infra/config.ts')
      const { settings, env } = config === undefined ? {} : await loadConfig(config)
      const found = await findEksClusters({ tags: tag.map(parseTag), regions: region, roleArn })
      await writeAll(settingsLines(found, { roleArn, known: settings?.clusters, region: env?.region }), process.stdout)
    })

function parseTag(text: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) throw new InvalidInputError(`--tag: expected KEY=VALUE, got ${text}`)
  return [key, value]
}
