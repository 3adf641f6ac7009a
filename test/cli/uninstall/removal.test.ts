import { expect, it } from 'vitest'
import { readRemoval } from '../../../cli/uninstall/read-removal.ts'
import { removalLines } from '../../../cli/uninstall/removal-lines.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { installationNames } from '../../../shared/installation-names.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { host, rightsInstallation } from '../may/rights-fixture.ts'

const target = { data: '.shelflife' }
const deployed = (name?: string) => ({ names: installationNames(name), table: 'the-table', archive: 'the-archive' })

function installation() {
  const { settings, cluster, ...rest } = rightsInstallation({ grants: [] })
  cluster.put('Repository', 'app', { repository: 'team/app', registryRef: { name: 'registry' } })
  cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })
  const webhooks = [{ provider: 'harbor' as const, registry: host, secret: 'hook' }]
  return { ...rest, cluster, settings: parseSettings({ ...settings, webhooks }) }
}

it('says what goes and what stays of a deployed installation, each command in its order', async () => {
  const removal = await readRemoval(installation())

  const text = removalLines({ ...removal, deployed: deployed() }, target).join('\n')

  const commands = [...text.matchAll(/^ {3}(\S.*)$/gm)].map(([, command]) => command)
  expect(commands.map(command => command?.split(' ').slice(0, 4).join(' '))).toEqual([
    'shelflife pause --aws',
    'aws cloudformation describe-stack-resources --stack-name',
    'npx cdk destroy ShelflifePipeline',
    'kubectl delete lease shelflife',
    'kubectl delete -k infra/cluster',
    'aws cloudformation describe-stack-resources --stack-name',
    'aws cloudformation update-termination-protection --no-enable-termination-protection',
    'npx cdk destroy ShelflifeWork',
    'aws cloudformation update-termination-protection --no-enable-termination-protection',
    'npx cdk destroy ShelflifeState',
    'aws dynamodb update-table --no-deletion-protection-enabled',
    'aws dynamodb delete-table --table-name',
    'aws s3 rm --recursive',
    'aws s3api delete-bucket --bucket',
    'aws events delete-event-bus --name',
    'aws ssm delete-parameters --names',
    'aws kms schedule-key-deletion --key-id',
    'aws secretsmanager list-secrets --filters',
  ])
  expect(text).toContain('it holds 1 Repository object, 0 RegistrySecrets, 1 policy, the Lease')
  expect(text).toContain('Kept all the same: table the-table, bucket the-archive, bus image-lifecycle')
  expect(text).toContain(`Take the webhook out of ${host}`)
  expect(text).toMatch(/Your own secrets are as you made them: .*hook/)
})

it('names the parts of an installation that has a name of its own, and no other', async () => {
  const removal = await readRemoval(installation())

  const text = removalLines({ ...removal, deployed: deployed('dev') }, target).join('\n')

  expect(text).toContain('npx cdk destroy dev-pipeline -c installation=dev')
  expect(text).toContain('shelflife pause --aws --installation dev')
  expect(text).toContain('/dev/sweeps /dev/installation')
  expect(text).not.toMatch(/Shelflife(State|Work|Pipeline)|\/shelflife\//)
})

it('says of a cluster that does not answer that it is not known what it holds', async () => {
  const down = createMemoryCluster('eu-2')
  down.listObjects = () => Promise.reject(new UnavailableError('no route', { kind: 'network' }))

  const removal = await readRemoval({ ...installation(), connectClusters: async () => [down] })

  expect(removalLines(removal, target).join('\n')).toContain('In cluster eu-2: what it holds is not known: no route')
})

it('of an installation on this machine removes the data last', async () => {
  const lines = removalLines(await readRemoval(installation()), { data: '/srv/shelflife' })

  expect(lines.at(0)).toContain('Stop npm start')
  expect(lines.at(-1)).toBe('   rm -r /srv/shelflife')
})
