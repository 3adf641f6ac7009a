import type { AwsAnswer } from './aws-answer.ts'

/** Of a service, as people choose it. */
export interface FakeService {
  readonly name: string
  readonly definition: string
  /** What a rolling deployment or a task set beside it still runs. */
  readonly deployments?: readonly string[]
  readonly taskSets?: readonly string[]
  /** Digests that were found when it was deployed, by image. */
  readonly resolved?: Readonly<Record<string, string>>
  /** The revision that its last deployment replaced. */
  readonly before?: { readonly definition: string; readonly resolved: Readonly<Record<string, string>> }
}

export interface FakeTask {
  readonly id: string
  readonly definition: string
  readonly containers: readonly { readonly image: string; readonly imageDigest?: string }[]
}

const arn = (resource: string) => `arn:aws:ecs:eu-west-1:123456789012:${resource}`
const pageSize = 2

type Input = Readonly<Record<string, unknown>>

/** Clusters, services, tasks and task definitions of one region, as ECS tells of them: in pages of two. */
export class FakeEcs {
  readonly #definitions = new Map<string, { images: readonly string[]; active: boolean }>()
  readonly #daemons = new Map<string, readonly string[]>()
  readonly #clusters = new Map<string, { services: FakeService[]; tasks: FakeTask[] }>()

  /** `web:7`; its ARN. */
  register(name: string, ...images: string[]): void {
    this.#definitions.set(arn(`task-definition/${name}`), { images, active: true })
  }

  registerDaemon(name: string, ...images: string[]): void {
    this.#daemons.set(arn(`daemon-task-definition/${name}`), images)
  }

  /** What runs of it goes on. */
  deregister(name: string): void {
    const found = this.#definitions.get(arn(`task-definition/${name}`))
    if (found) found.active = false
  }

  cluster(name: string) {
    const key = arn(`cluster/${name}`)
    const cluster = this.#clusters.get(key) ?? { services: [], tasks: [] }
    this.#clusters.set(key, cluster)
    return cluster
  }

  readonly answer = (operation: string, input: Input): AwsAnswer => {
    const cluster = this.#clusters.get(String(input.cluster)) ?? { services: [], tasks: [] }
    if (operation === 'ListClusters') return page('clusterArns', [...this.#clusters.keys()], input)
    if (operation === 'ListServices') return page('serviceArns', cluster.services.map(serviceArn), input)
    if (operation === 'ListTasks') return page('taskArns', cluster.tasks.map(taskArn), input)
    if (operation === 'ListTaskDefinitions') return page('taskDefinitionArns', this.#active(input), input)
    if (operation === 'ListDaemonTaskDefinitions')
      return page(
        'daemonTaskDefinitions',
        [...this.#daemons.keys()].map(one => ({ arn: one, status: 'ACTIVE' })),
        input,
      )
    if (operation === 'DescribeServices')
      return described('services', input.services, cluster.services.map(serviceOf), 'serviceArn')
    if (operation === 'DescribeTasks') return described('tasks', input.tasks, cluster.tasks.map(taskOf), 'taskArn')
    return this.#describe(operation, input)
  }

  #active({ status }: Input): string[] {
    return [...this.#definitions].filter(([, one]) => one.active === (status === 'ACTIVE')).map(([name]) => name)
  }

  #describe(operation: string, input: Input): AwsAnswer {
    const services = [...this.#clusters.values()].flatMap(one => one.services)
    if (operation === 'DescribeServiceDeployments')
      return described(
        'serviceDeployments',
        input.serviceDeploymentArns,
        services.map(deploymentOf),
        'serviceDeploymentArn',
      )
    if (operation === 'DescribeServiceRevisions') {
      const revisions = services.flatMap(revisionsOf)
      return described('serviceRevisions', input.serviceRevisionArns, revisions, 'serviceRevisionArn')
    }
    if (operation === 'DescribeDaemonTaskDefinition')
      return definition('daemonTaskDefinition', this.#daemons.get(String(input.daemonTaskDefinition)))
    return definition('taskDefinition', this.#definitions.get(String(input.taskDefinition))?.images)
  }
}

const serviceArn = ({ name }: FakeService) => arn(`service/main/${name}`)
const taskArn = ({ id }: FakeTask) => arn(`task/main/${id}`)
const revisionArn = (name: string, at: 'now' | 'before') => arn(`service-revision/main/${name}/${at}`)
const deploymentArn = (name: string) => arn(`service-deployment/main/${name}/1`)
const definitionArn = (name: string) => arn(`task-definition/${name}`)

const serviceOf = (service: FakeService) => ({
  serviceArn: serviceArn(service),
  status: 'ACTIVE',
  taskDefinition: definitionArn(service.definition),
  deployments: (service.deployments ?? []).map(one => ({ status: 'ACTIVE', taskDefinition: definitionArn(one) })),
  taskSets: (service.taskSets ?? []).map(one => ({ status: 'ACTIVE', taskDefinition: definitionArn(one) })),
  ...(service.resolved && { currentServiceRevisions: [{ arn: revisionArn(service.name, 'now') }] }),
  ...(service.before && { currentServiceDeployment: deploymentArn(service.name) }),
})

const deploymentOf = ({ name }: FakeService) => ({
  serviceDeploymentArn: deploymentArn(name),
  status: 'IN_PROGRESS',
  targetServiceRevision: { arn: revisionArn(name, 'now') },
  sourceServiceRevisions: [{ arn: revisionArn(name, 'before') }],
})

const revisionsOf = ({ name, definition, resolved = {}, before }: FakeService) =>
  [{ at: 'now' as const, definition, resolved }, ...(before ? [{ at: 'before' as const, ...before }] : [])].map(
    one => ({
      serviceRevisionArn: revisionArn(name, one.at),
      taskDefinition: definitionArn(one.definition),
      containerImages: Object.entries(one.resolved).map(([image, imageDigest]) => ({ image, imageDigest })),
    }),
  )

const taskOf = (task: FakeTask) => ({
  taskArn: taskArn(task),
  taskDefinitionArn: definitionArn(task.definition),
  containers: task.containers,
})

const page = (field: string, all: readonly unknown[], { nextToken }: Input): AwsAnswer => {
  const from = Number(nextToken ?? 0)
  const more = from + pageSize < all.length ? { nextToken: String(from + pageSize) } : {}
  return { body: { [field]: all.slice(from, from + pageSize), ...more } }
}

function described(field: string, wanted: unknown, all: readonly object[], key: string): AwsAnswer {
  const byArn = new Map(all.map(one => [(one as Record<string, unknown>)[key], one]))
  const asked = wanted as string[]
  const failures = asked.filter(one => !byArn.has(one)).map(one => ({ arn: one, reason: 'MISSING' }))
  return { body: { [field]: asked.flatMap(one => byArn.get(one) ?? []), failures } }
}

const definition = (field: string, images: readonly string[] | undefined): AwsAnswer =>
  images
    ? { body: { [field]: { containerDefinitions: images.map(image => ({ image })) } } }
    : { error: 'ClientException' }
