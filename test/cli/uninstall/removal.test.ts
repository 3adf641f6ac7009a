import { describe, expect, it } from 'vitest'
import { readRemoval } from '../../../cli/uninstall/read-removal.ts'
import { removalLines } from '../../../cli/uninstall/removal-lines.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { installationNames } from '../../../shared/installation-names.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { host, rightsInstallation } from '../may/rights-fixture.ts'

const target = { data: '.shelflife' }
const own = '123456789012/eu-west-1/shelflife'
const deployed = (name?: string) => ({ names: installationNames(name), table: 'the-table', archive: 'the-archive' })

function installation(kubeconfigSecret = 'kubeconfig') {
  const { settings, cluster, ...rest } = rightsInstallation({ grants: [] })
  cluster.put('Repository', 'app', { repository: 'team/app', registryRef: { name: 'registry' } })
  cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })
  cluster.findHolder = async () => own
  const webhooks = [{ provider: 'harbor' as const, registry: host, secret: 'hook' }]
  const clusters = [{ name: cluster.name, kubeconfigSecret }]
  return { ...rest, cluster, settings: parseSettings({ ...settings, clusters, webhooks }), findId: async () => own }
}

const commandsIn = (lines: readonly string[]) => lines.filter(line => /^ {3}\S/.test(line)).map(line => line.trim())

/** The lines of the step that is about a cluster, without those of the others. */
function stepOf(cluster: string, lines: readonly string[]) {
  const from = lines.findIndex(line => line.includes(`In cluster ${cluster}`))
  const length = lines.slice(from).indexOf('')
  const step = lines.slice(from, length === -1 ? undefined : from + length)
  return { text: step[0], commands: commandsIn(step) }
}

it('says what goes and what stays of a deployed installation, each command in its order', async () => {
  const removal = await readRemoval(installation())

  const lines = removalLines({ ...removal, deployed: deployed() }, target)

  const text = lines.join('\n')
  expect(commandsIn(lines).map(command => command.split(' ').slice(0, 4).join(' '))).toEqual([
    'shelflife pause --aws',
    'aws cloudformation describe-stack-resources --stack-name',
    'aws cloudformation delete-stack --stack-name',
    'aws cloudformation wait stack-delete-complete',
    'kubectl delete lease shelflife',
    'kubectl delete -k infra/cluster',
    'aws cloudformation describe-stack-resources --stack-name',
    'aws cloudformation update-termination-protection --no-enable-termination-protection',
    'aws cloudformation delete-stack --stack-name',
    'aws cloudformation wait stack-delete-complete',
    'aws cloudformation update-termination-protection --no-enable-termination-protection',
    'aws cloudformation delete-stack --stack-name',
    'aws cloudformation wait stack-delete-complete',
    'aws dynamodb update-table --no-deletion-protection-enabled',
    'aws dynamodb delete-table --table-name',
    'aws s3 rm --recursive',
    'aws s3api delete-bucket --bucket',
    'aws events delete-event-bus --name',
    'aws ssm delete-parameters --names',
    'aws sqs delete-queue --queue-url',
    'aws sns delete-topic --topic-arn',
    'aws logs delete-log-group --log-group-name',
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

  expect(text).toContain('aws cloudformation delete-stack --stack-name dev-pipeline')
  expect(text).toContain('shelflife pause --aws --installation dev')
  expect(text).toContain('/dev/sweeps /dev/installation')
  expect(text).not.toMatch(/Shelflife(State|Work|Pipeline)|\/shelflife\//)
})

it('of an installation on this machine removes the data last', async () => {
  const lines = removalLines(await readRemoval(installation()), { data: '/srv/shelflife' })

  expect(lines.at(0)).toContain('Stop npm start')
  expect(lines.at(-1)).toBe('   rm -r /srv/shelflife')
})

it("leaves a cluster alone that was handed over, where all is another installation's now", async () => {
  const given = installation()
  given.cluster.findHolder = async () => '123456789012/eu-west-1/dev'

  const lines = removalLines({ ...(await readRemoval(given)), deployed: deployed() }, target)

  expect(stepOf('eu-1', lines)).toEqual({
    text: expect.stringContaining('In cluster eu-1: it belongs to 123456789012/eu-west-1/dev: leave it as it is'),
    commands: [],
  })
  expect(lines.join('\n')).not.toContain('kubectl')
})

const onlyIfOwn = [
  'kubectl get lease shelflife -n default',
  `kubectl delete lease shelflife -n default   # only if HOLDER is ${own}`,
  `kubectl delete -k infra/cluster   # only if HOLDER is ${own}`,
]

it('of a cluster that does not answer first has a person look whose it is', async () => {
  const down = createMemoryCluster('eu-2')
  const refuse = () => Promise.reject(new UnavailableError('no route', { kind: 'network' }))
  Object.assign(down, { findHolder: refuse, listObjects: refuse })

  const removal = await readRemoval({ ...installation(), connectClusters: async () => [down] })

  expect(stepOf('eu-2', removalLines(removal, target))).toEqual({
    text: expect.stringContaining('whose it is and what it holds is not known: no route'),
    commands: onlyIfOwn,
  })
})

it('of a drained cluster first has a person look whose it is', async () => {
  const clusters = [{ name: 'old', kubeconfigSecret: 'kubeconfig', drained: true }]
  const { settings, ...rest } = installation()

  const removal = await readRemoval({ ...rest, settings: parseSettings({ ...settings, clusters }) })

  expect(stepOf('old', removalLines(removal, target))).toEqual({
    text: expect.stringContaining('is not known: it is drained, and not asked'),
    commands: onlyIfOwn,
  })
})

it("of a cluster without a Lease says that it may be somebody's by then", async () => {
  const given = installation()
  given.cluster.findHolder = async () => undefined

  const { text, commands } = stepOf('eu-1', removalLines(await readRemoval(given), target))

  expect(text).toContain('it has no Lease now')
  expect(commands).toEqual([
    'kubectl get lease shelflife -n default',
    'kubectl delete -k infra/cluster   # only if there is still none',
  ])
})

describe('of a Pod', () => {
  it('stops it first and takes its volume along last', async () => {
    const lines = removalLines(await readRemoval(installation('in-cluster')), target)

    expect(commandsIn(lines)).toEqual([
      'kubectl scale deployment shelflife -n shelflife --replicas=0',
      'kubectl delete lease shelflife -n default',
      'kubectl delete -k deploy/kubernetes',
    ])
    expect(stepOf('eu-1', lines).text).toContain('takes its Secret and the volume along')
  })

  it('whose cluster was handed over takes the Pod alone', async () => {
    const given = installation('in-cluster')
    given.cluster.findHolder = async () => 'local/laptop/1'

    const { text, commands } = stepOf('eu-1', removalLines(await readRemoval(given), target))

    expect(text).toContain('it belongs to local/laptop/1: leave its definitions and the Lease as they are')
    expect(commands).toEqual([
      'kubectl delete namespace shelflife',
      'kubectl delete clusterrole,clusterrolebinding shelflife-pod',
    ])
  })
})
