import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { KindName } from '../../../shared/adapters/cluster/custom-kinds.ts'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { Cluster as ClusterPort } from '../../../shared/ports/cluster.ts'
import type { WorkloadSource } from '../../../shared/ports/workload-source.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import type { Cluster } from '../parts/cluster.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'
import { rbacFile } from './tenant-cluster.ts'

let cluster: Cluster
let world: Loopback
beforeAll(async () => {
  ;[cluster, world] = await Promise.all([startPipelineCluster(), startLoopback()])
  await kubectl(['create', 'namespace', 'production'])
})
afterAll(async () => {
  await cluster?.stop()
  await world?.close()
})

async function kubectl(args: readonly string[], input?: object): Promise<void> {
  const text = input === undefined ? undefined : stringify(input)
  const { exitCode, stderr } = await runKubectl(cluster.kubeconfigPath, [...args], text)
  if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
}

const apply = (object: object) => kubectl(['apply', '-f', '-'], object)

/** The product's own user, with `rbac.yaml` and nothing else. */
const productPort = (workloads: readonly KindName[] = []): ClusterPort =>
  createKubernetesCluster({
    name: 'real',
    kubeconfig: readFileSync(cluster.pipelineKubeconfigPath, 'utf8'),
    workloads,
  })

interface Kind extends KindName {
  readonly kind: string
  readonly versions: readonly string[]
  readonly isOfCluster?: boolean
}

/** As the project's own definition has it: names, versions, scope, and fields that are kept as they come. */
async function install({ group, resource, kind, versions, isOfCluster = false }: Kind): Promise<void> {
  const name = `${resource}.${group}`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural: resource, singular: kind.toLowerCase() },
      scope: isOfCluster ? 'Cluster' : 'Namespaced',
      versions: versions.map((version, at) => ({ name: version, served: true, storage: at === 0, schema })),
    },
  })
  await waitForKinds(cluster.kubeconfigPath, `crd/${name}`)
}

const remove = (name: KindName) => kubectl(['delete', 'crd', `${name.resource}.${name.group}`])

const argo = (resource: string, kind: string, isOfCluster = false): Kind => ({
  group: 'argoproj.io',
  resource,
  kind,
  versions: ['v1alpha1'],
  isOfCluster,
})
const cronWorkflows = argo('cronworkflows', 'CronWorkflow')
const volcanoJobs: Kind = { group: 'batch.volcano.sh', resource: 'jobs', kind: 'Job', versions: ['v1alpha1'] }

const templateOf = (image: string) => ({ spec: { containers: [{ name: 'app', image }] } })

/** One object of each project, in the shape that its controller reads. */
const shapes: readonly (readonly [Kind, string, (image: string) => object])[] = [
  [
    argo('workflowtemplates', 'WorkflowTemplate'),
    'v1alpha1',
    image => ({ templates: [{ name: 'a', script: { image } }] }),
  ],
  [
    argo('clusterworkflowtemplates', 'ClusterWorkflowTemplate', true),
    'v1alpha1',
    image => ({ templates: [{ name: 'a', containerSet: { containers: [{ name: 'a', image }] } }] }),
  ],
  [argo('rollouts', 'Rollout'), 'v1alpha1', image => ({ replicas: 0, template: templateOf(image) })],
  [
    { group: 'tekton.dev', resource: 'pipelines', kind: 'Pipeline', versions: ['v1', 'v1beta1'] },
    'v1',
    image => ({ tasks: [{ name: 'build', taskSpec: { steps: [{ name: 'a', image }] } }] }),
  ],
  [
    { group: 'tekton.dev', resource: 'stepactions', kind: 'StepAction', versions: ['v1beta1', 'v1alpha1'] },
    'v1beta1',
    image => ({ image, script: 'true' }),
  ],
  [
    { group: 'triggers.tekton.dev', resource: 'triggertemplates', kind: 'TriggerTemplate', versions: ['v1beta1'] },
    'v1beta1',
    image => ({ resourcetemplates: [{ kind: 'TaskRun', spec: { taskSpec: { steps: [{ image }] } } }] }),
  ],
  [
    { group: 'serving.knative.dev', resource: 'services', kind: 'Service', versions: ['v1'] },
    'v1',
    image => ({ template: templateOf(image) }),
  ],
  [
    { group: 'keda.sh', resource: 'scaledjobs', kind: 'ScaledJob', versions: ['v1alpha1'] },
    'v1alpha1',
    image => ({ jobTargetRef: { template: templateOf(image) }, triggers: [] }),
  ],
  [
    { group: 'apps.kruise.io', resource: 'advancedcronjobs', kind: 'AdvancedCronJob', versions: ['v1alpha1'] },
    'v1alpha1',
    image => ({ template: { jobTemplate: { spec: { template: templateOf(image) } } } }),
  ],
  [
    { group: 'kubevirt.io', resource: 'virtualmachines', kind: 'VirtualMachine', versions: ['v1', 'v1alpha3'] },
    'v1',
    image => ({ running: false, template: { spec: { volumes: [{ name: 'disk', containerDisk: { image } }] } } }),
  ],
  [
    { group: 'apps.openshift.io', resource: 'deploymentconfigs', kind: 'DeploymentConfig', versions: ['v1'] },
    'v1',
    image => ({ replicas: 0, template: templateOf(image) }),
  ],
]

const objectOf = ({ group, kind, isOfCluster }: Kind, version: string, name: string, spec: object) => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: isOfCluster ? { name } : { name, namespace: 'production' },
  spec,
})

/** The server tells of a kind a moment after it is installed, or taken away. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 500 })

describe('kinds of other projects on a real API server', () => {
  it('count by the objects of each shape, for a user with rbac.yaml alone, and are looked for by one call', async () => {
    for (const [kind, version, specOf] of shapes) {
      await install(kind)
      const image = `registry.example.com/${kind.resource}:v1`
      await eventually(() => apply(objectOf(kind, version, 'weekly', specOf(image))))
    }

    await eventually(async () => {
      const found = (await productPort().listWorkloads()).filter(({ name }) => name === 'weekly')
      const texts = found.map(({ kind, namespace, image }) => `${kind} ${namespace} ${image}`)
      expect(texts.sort()).toEqual(
        shapes
          .map(([{ kind, resource, isOfCluster }]) => {
            const shown = kind === 'Service' ? 'Service.serving.knative.dev' : kind
            return `${shown} ${isOfCluster ? '-' : 'production'} registry.example.com/${resource}:v1`
          })
          .sort(),
      )
    })
    expect(await productPort().listMissingRights()).toEqual([])
  })

  it('I33 keep the image of a weekly CronWorkflow between two runs, and let it go with the object', async () => {
    const port = productPort()
    const memory = createMemoryCluster('real')
    const source: WorkloadSource = { name: 'real', listWorkloads: () => port.listWorkloads() }
    memory.listWorkloads = source.listWorkloads
    const sweep = createSweepFixture(world, [memory])
    sweep.policy()
    sweep.trackWhole()
    const old = await sweep.release('v1')
    await sweep.release('v2')
    await install(cronWorkflows)
    const spec = {
      schedules: ['0 4 * * 1'],
      workflowSpec: { entrypoint: 'a', templates: [{ name: 'a', container: { image: `${sweep.repository}:v1` } }] },
    }
    await eventually(() => apply(objectOf(cronWorkflows, 'v1alpha1', 'report', spec)))
    await eventually(async () =>
      expect((await port.listWorkloads()).some(({ kind }) => kind === 'CronWorkflow')).toBe(true),
    )

    const run = async (name: string) => {
      sweep.rerun(name)
      for (let round = 0; round < 4; round++) {
        sweep.pass(600)
        await sweep.sweep(1)
      }
    }
    await run('while it is there')

    expect(await sweep.tag('v1')).toBe(old.digest)
    await kubectl(['delete', 'cronworkflow', 'report', '-n', 'production'])
    await run('without it')
    expect(await sweep.tag('v1')).toBeUndefined()
  })

  it('F43 leave use unknown where they are installed and may not be listed, and name the right', async () => {
    await install(cronWorkflows)
    const documents = parseAllDocuments(readFileSync(rbacFile, 'utf8')).map(one => one.toJS())
    const role = documents.find(one => one.kind === 'ClusterRole' && one.metadata.name === 'shelflife')
    const rules = role.rules.filter((rule: { apiGroups?: string[] }) => !rule.apiGroups?.includes('argoproj.io'))
    await apply({ ...role, rules })
    const port = productPort()

    await eventually(() =>
      expect(port.listWorkloads()).rejects.toThrow(/the right to list [a-z]+\.argoproj\.io, as infra\/cluster\/rbac/),
    )
    expect(await port.listMissingRights()).toContain('list cronworkflows.argoproj.io')
    await kubectl(['apply', '-f', rbacFile])
    await eventually(async () => expect(await port.listMissingRights()).toEqual([]))
    await eventually(async () => void (await port.listWorkloads()))
  })

  it('F43 named by clusters[].workloads must be served and granted, and count then', async () => {
    const port = productPort([volcanoJobs])

    await expect(port.listWorkloads()).rejects.toThrow('install it or take it out of clusters[].workloads')
    await install(volcanoJobs)
    await eventually(() =>
      expect(port.listWorkloads()).rejects.toThrow(
        'the right to list jobs.batch.volcano.sh, which clusters[].workloads names: infra/cluster/rbac.yaml has no rule',
      ),
    )
    expect(await port.listMissingRights()).toEqual([
      'list jobs.batch.volcano.sh (of clusters[].workloads, by a rule of your own)',
    ])
    await kubectl(['create', 'clusterrole', 'volcano', '--verb=list', '--resource=jobs.batch.volcano.sh'])
    await kubectl(['create', 'clusterrolebinding', 'volcano', '--clusterrole=volcano', '--user=shelflife'])
    const spec = { tasks: [{ name: 'train', template: templateOf('registry.example.com/train:v1') }] }
    await apply(objectOf(volcanoJobs, 'v1alpha1', 'train', spec))

    await eventually(async () =>
      expect((await port.listWorkloads()).filter(({ name }) => name === 'train')).toMatchObject([
        { kind: 'Job.batch.volcano.sh', image: 'registry.example.com/train:v1' },
      ]),
    )
    await remove(volcanoJobs)
    await eventually(() => expect(port.listWorkloads()).rejects.toThrow('install it or take it out'))
  })
})
