import { createAwsWorkloads } from '../../../../shared/adapters/aws-workloads/aws-workloads.ts'
import { startFakeAws } from './fake-aws.ts'

/** The repository of whose images the tests are. */
export const app = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app'

/** A fake account with its listing, a text for each image in use: `LambdaFunction web:$LATEST app:v1`. */
export async function startListedAccount(settings: Partial<Parameters<typeof createAwsWorkloads>[0]> = {}) {
  const aws = await startFakeAws()
  const source = createAwsWorkloads({ name: 'account-prod', ...settings }, { maxAttempts: 1 })
  const listed = async () =>
    (await source.listWorkloads())
      .map(({ kind, name, image, rollback }) => `${kind} ${name} ${image}${rollback ? ' (rollback)' : ''}`)
      .map(text => text.replace(app, 'app'))
      .sort()
  return { aws, source, listed }
}
