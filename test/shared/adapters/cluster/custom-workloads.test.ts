import { describe, expect, it } from 'vitest'
import { AccessDeniedError, NotFoundError, UnavailableError } from '../../../../shared/errors.ts'
import type { Cluster } from '../../../../shared/ports/cluster.ts'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { failureOf } from './scripted-cluster.ts'
import { clusterServing } from './served-kinds.ts'

const cronWorkflows = 'argoproj.io/v1alpha1/cronworkflows'

const cronWorkflow = (name: string, image: string) => ({
  metadata: { namespace: 'production', name },
  spec: { schedule: '0 4 * * 1', workflowSpec: { templates: [{ name: 'main', container: { image } }] } },
})

const nightly = cronWorkflow('nightly', 'registry.example.com/report:v7')
const builtInLists = 9
const isList = ({ method, url }: ReceivedCall) => method === 'GET' && url.includes('limit=')
const pathsOf = (calls: readonly ReceivedCall[]) => calls.map(({ url }) => new URL(url, 'http://api').pathname)

describe.each([
  ['by one document', false],
  ['by a call for each version, before Kubernetes 1.26', true],
])('kinds of other projects, found %s', (_, isOld) => {
  it('I33 count by the images that their objects name, at the preferred version', async () => {
    const { cluster, api } = await clusterServing({
      isOld,
      kinds: { [cronWorkflows]: 'CronWorkflow', 'tekton.dev/v1/tasks': 'Task', 'tekton.dev/v1beta1/tasks': 'Task' },
      objects: { [cronWorkflows]: [nightly] },
    })

    const [workload, ...others] = await cluster.listWorkloads()

    expect(workload).toMatchObject({
      cluster: 'eu-1',
      kind: 'CronWorkflow',
      namespace: 'production',
      name: 'nightly',
      image: 'registry.example.com/report:v7',
    })
    expect(others).toEqual([])
    expect(pathsOf(api.calls.filter(isList))).toContain('/apis/tekton.dev/v1/tasks')
    expect(pathsOf(api.calls.filter(isList))).not.toContain('/apis/tekton.dev/v1beta1/tasks')
  })

  it('are listed at the version that has them, where the preferred one has not', async () => {
    const { cluster, api } = await clusterServing({
      isOld,
      kinds: { 'tekton.dev/v1/tasks': 'Task', 'tekton.dev/v1beta1/clustertasks': 'ClusterTask' },
      objects: {
        'tekton.dev/v1beta1/clustertasks': [{ metadata: { name: 'build' }, spec: { steps: [{ image: 'a' }] } }],
      },
    })

    expect(await cluster.listWorkloads()).toMatchObject([{ kind: 'ClusterTask', namespace: '-', name: 'build' }])
    expect(api.calls.filter(isList)).toHaveLength(builtInLists + 2)
  })

  it('cost one call where none is served', async () => {
    const kinds = { 'example.com/v1/widgets': 'Widget', 'cert-manager.io/v1/certificates': 'Certificate' }
    const { cluster, api } = await clusterServing({ isOld, kinds })

    expect(await cluster.listWorkloads()).toEqual([])
    expect(api.calls).toHaveLength(builtInLists + 1)
  })

  it('are not known while the server of their group does not answer, and one of another group does not matter', async () => {
    const kinds = {
      'apps.openshift.io/v1/deploymentconfigs': 'DeploymentConfig',
      'metrics.k8s.io/v1/pods': 'PodMetrics',
    }
    const both = await clusterServing({ isOld, kinds, stale: ['metrics.k8s.io', 'apps.openshift.io'] })
    const other = await clusterServing({ isOld, kinds, stale: ['metrics.k8s.io'] })

    const failure = await failureOf(both.cluster.listWorkloads())

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(failure.message).toContain('ask which kinds are served')
    expect(await other.cluster.listWorkloads()).toEqual([])
  })

  it('count when they are installed after the last look', async () => {
    const kinds: Record<string, string> = {}
    const { cluster } = await clusterServing({ isOld, kinds, objects: { [cronWorkflows]: [nightly] } })
    expect(await cluster.listWorkloads()).toEqual([])

    kinds[cronWorkflows] = 'CronWorkflow'

    expect(await cluster.listWorkloads()).toHaveLength(1)
  })
})

describe('a kind of another project', () => {
  it('F43 that may not be listed makes the listing fail, and names the right', async () => {
    const { cluster } = await clusterServing({
      kinds: { [cronWorkflows]: 'CronWorkflow' },
      instead: ({ url }, response) => {
        if (!url.includes('/cronworkflows?')) return
        answerJson(response, 403, statusBody(403, 'Forbidden'))
        return true
      },
    })

    const failure = await failureOf(cluster.listWorkloads())

    expect(failure).toBeInstanceOf(AccessDeniedError)
    expect(failure.message).toBe(
      'cluster eu-1: list CronWorkflow objects of all namespaces: the API server answered 403, grant the user of its kubeconfig the right to list cronworkflows.argoproj.io, as infra/cluster/rbac.yaml does',
    )
  })

  it('F43 that does not answer in time makes the listing fail', async () => {
    const { cluster } = await clusterServing({
      kinds: { [cronWorkflows]: 'CronWorkflow' },
      instead: ({ url }) => url.includes('/cronworkflows?') || undefined,
      timeoutMs: 200,
    })

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('F27 of which one page has expired gives no part', async () => {
    const { cluster, api } = await clusterServing({
      kinds: { [cronWorkflows]: 'CronWorkflow' },
      instead: ({ url }, response) => {
        if (!url.includes('/cronworkflows?')) return
        const page = { kind: 'CronWorkflowList', metadata: { continue: 'next' }, items: [nightly] }
        if (url.includes('continue=')) answerJson(response, 410, statusBody(410, 'Expired'))
        else answerJson(response, 200, page)
        return true
      },
    })

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'server' })
    expect(api.calls.filter(call => call.url.includes('/cronworkflows?limit=50'))).toHaveLength(2)
  })

  it('counts whatever its objects look like, and an odd one costs nothing', async () => {
    const odd = [
      null,
      7,
      'text',
      [],
      {},
      { metadata: null, spec: { image: 'by-no-name:v1' } },
      {
        metadata: { name: 'a#b', namespace: ['x'] },
        spec: { templates: 'none', image: { image: { image: 'deep:v1' } } },
      },
    ]
    const { cluster } = await clusterServing({
      kinds: { [cronWorkflows]: 'CronWorkflow' },
      objects: { [cronWorkflows]: [...odd, nightly] },
    })

    expect((await cluster.listWorkloads()).map(({ name, image }) => `${name} ${image}`)).toEqual([
      '? by-no-name:v1',
      '? deep:v1',
      'nightly registry.example.com/report:v7',
    ])
  })

  it('is told by its group where Kubernetes has one of that name', async () => {
    const image = { spec: { template: { spec: { containers: [{ image: 'a' }] } } } }
    const { cluster } = await clusterServing({
      kinds: { 'serving.knative.dev/v1/services': 'Service', 'apps.kruise.io/v1beta1/statefulsets': 'StatefulSet' },
      objects: {
        'serving.knative.dev/v1/services': [{ metadata: { namespace: 'web', name: 'shop' }, ...image }],
        'apps.kruise.io/v1beta1/statefulsets': [{ metadata: { namespace: 'web', name: 'db' }, ...image }],
      },
    })

    expect((await cluster.listWorkloads()).map(({ kind }) => kind)).toEqual([
      'Service.serving.knative.dev',
      'StatefulSet.apps.kruise.io',
    ])
  })
})

describe('a kind that clusters[].workloads names', () => {
  const jobs = { group: 'batch.volcano.sh', resource: 'jobs' }
  const path = 'batch.volcano.sh/v1alpha1/jobs'

  it('counts like the known ones', async () => {
    const job = { metadata: { namespace: 'ml', name: 'train' }, spec: { tasks: [{ template: { image: 'train:v1' } }] } }
    const { cluster } = await clusterServing({
      kinds: { [path]: 'Job' },
      objects: { [path]: [job] },
      workloads: [jobs, jobs],
    })

    expect(await cluster.listWorkloads()).toMatchObject([{ kind: 'Job.batch.volcano.sh', image: 'train:v1' }])
  })

  it('may be one of the known ones, which must then be served', async () => {
    const workloads = [{ group: 'keda.sh', resource: 'scaledjobs' }]
    const served = await clusterServing({ kinds: { 'keda.sh/v1alpha1/scaledjobs': 'ScaledJob' }, workloads })
    const bare = await clusterServing({ kinds: {}, workloads })

    expect(await served.cluster.listWorkloads()).toEqual([])
    expect(await failureOf(bare.cluster.listWorkloads())).toBeInstanceOf(NotFoundError)
  })

  it('F43 and that is not served makes the listing fail, and says what to do', async () => {
    const { cluster } = await clusterServing({ kinds: {}, workloads: [jobs] })

    const failure = await failureOf(cluster.listWorkloads())

    expect(failure).toBeInstanceOf(NotFoundError)
    expect(failure.message).toBe(
      'cluster eu-1: expected the kinds of clusters[].workloads to be served, got none of jobs.batch.volcano.sh: install it or take it out of clusters[].workloads',
    )
  })

  it('F43 and that may not be listed says that the rule is one of your own', async () => {
    const { cluster } = await clusterServing({
      kinds: { [path]: 'Job' },
      workloads: [jobs],
      instead: ({ url }, response) => {
        if (!url.includes('/batch.volcano.sh/v1alpha1/jobs?')) return
        answerJson(response, 403, statusBody(403, 'Forbidden'))
        return true
      },
    })

    expect((await failureOf(cluster.listWorkloads())).message).toContain(
      'the right to list jobs.batch.volcano.sh, which clusters[].workloads names: infra/cluster/rbac.yaml has no rule for it, add one',
    )
  })
})

describe('discovery', () => {
  it.each([
    ['an HTML page', '<html>'],
    ['an object of another kind', '{"kind":"Status"}'],
    [
      'a group of ours that cannot be read',
      '{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"keda.sh"}}]}',
    ],
  ])('F20 answered with %s never counts as a cluster without such kinds', async (_, body) => {
    const { cluster } = await clusterServing({
      kinds: {},
      instead: ({ url }, response) => {
        if (url !== '/apis') return
        response.writeHead(200).end(body)
        return true
      },
    })

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'server' })
  })

  it('goes on where a group of others cannot be read', async () => {
    const items = [null, 1, {}, { metadata: { name: 'example.com' }, versions: 'none' }]
    const { cluster } = await clusterServing({
      kinds: {},
      instead: ({ url }, response) => {
        if (url !== '/apis') return
        answerJson(response, 200, { kind: 'APIGroupDiscoveryList', items })
        return true
      },
    })

    expect(await cluster.listWorkloads()).toEqual([])
  })

  it('that is refused makes the listing fail, and is a right that is missing', async () => {
    const { cluster } = await clusterServing({
      kinds: {},
      instead: ({ url }, response) => {
        if (url !== '/apis') return
        answerJson(response, 403, statusBody(403, 'Forbidden'))
        return true
      },
    })

    expect((await failureOf(cluster.listWorkloads())).message).toContain('the right to get /apis, as infra/cluster')
    expect(await cluster.listMissingRights()).toEqual(['get /apis'])
  })

  it('is asked once for a listing and for the rights that are asked for beside it', async () => {
    const { cluster, api } = await clusterServing({ kinds: { [cronWorkflows]: 'CronWorkflow' } })

    await Promise.all([cluster.listWorkloads(), cluster.listMissingRights()])

    expect(pathsOf(api.calls).filter(path => path === '/apis')).toHaveLength(1)
  })
})

it('the rights that are missing are those on kinds that are served, in words', async () => {
  const { cluster } = await clusterServing({
    kinds: {
      [cronWorkflows]: 'CronWorkflow',
      'batch.volcano.sh/v1alpha1/jobs': 'Job',
      'keda.sh/v1/scaledjobs': 'ScaledJob',
    },
    workloads: [{ group: 'batch.volcano.sh', resource: 'jobs' }],
    instead: ({ method, body }, response) => {
      if (method !== 'POST') return
      const { group } = JSON.parse(body).spec.resourceAttributes
      answerJson(response, 201, { status: { allowed: !['argoproj.io', 'batch.volcano.sh'].includes(group) } })
      return true
    },
  })

  expect(await cluster.listMissingRights()).toEqual([
    'list cronworkflows.argoproj.io',
    'list jobs.batch.volcano.sh (of clusters[].workloads, by a rule of your own)',
  ])
})

it('a view shows a kind of Kubernetes that the settings name too, as listed without a view', async () => {
  const deployments = 'apps/v1/deployments'
  const container = { name: 'main', image: 'registry.example.com/app:v1' }
  const web = {
    metadata: { namespace: 'production', name: 'web', uid: 'uid-of-web' },
    spec: { template: { spec: { containers: [container] } } },
  }
  const { cluster } = await clusterServing({
    kinds: { [deployments]: 'Deployment' },
    objects: { [deployments]: [web] },
    workloads: [{ group: 'apps', resource: 'deployments' }],
  })
  const textsOf = async (one: Cluster | undefined) =>
    (await one?.listWorkloads())?.map(({ kind, name, image }) => `${kind} ${name} ${image}`)

  const shown = await textsOf(cluster.view?.(0))

  expect(shown).toEqual(await textsOf(cluster))
  expect(shown).toContain('Deployment web registry.example.com/app:v1')
})

it('a view lists a named kind again whose own server was set back, though that of the cluster was not', async () => {
  const jobs = 'batch.volcano.sh/v1alpha1/jobs'
  const jobOf = (image: string) => ({ metadata: { namespace: 'production', name: 'train', uid: '1' }, spec: { image } })
  const own = { version: '50', items: [jobOf('registry.example.com/train:v2')] }
  const { cluster } = await clusterServing({
    kinds: { [jobs]: 'Job' },
    workloads: [{ group: 'batch.volcano.sh', resource: 'jobs' }],
    instead: ({ method, url }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://api')
      if (method !== 'GET' || searchParams.get('limit') === null) {
        if (searchParams.get('watch') === null) return
        response.writeHead(200).write('\n')
        setTimeout(() => response.end(), 1_000)
        return true
      }
      const { version, items } = pathname.endsWith(jobs) ? own : { version: '9000', items: [] }
      answerJson(response, 200, { kind: 'List', metadata: { resourceVersion: version }, items })
      return true
    },
  })
  const images = async () => (await cluster.view?.(0).listWorkloads())?.map(({ image }) => image)
  await images()
  Object.assign(own, { version: '40', items: [jobOf('registry.example.com/train:v1')] })

  expect(await images()).toEqual(['registry.example.com/train:v1'])
})
