import { repository, type World } from './world.ts'

export const namespace = 'production'
const apiVersion = 'image.theriseunion.io/v1alpha1'

const metadata = (name: string, annotations = {}) => ({ namespace, name, annotations })

/** The two objects by which a repository is read, the tracking one last. */
export const trackingObjects = (host: string) => [
  { apiVersion, kind: 'RegistrySecret', metadata: metadata('registry'), spec: { domain: host, provider: 'other' } },
  {
    apiVersion,
    kind: 'Repository',
    metadata: metadata('whole'),
    spec: { repository, registryRef: { name: 'registry' }, syncInterval: '24h' },
  },
]

/** Runs at once and may delete everything but the newest versions. */
export const policyObject = (newest: number, versions: number) => ({
  apiVersion,
  kind: 'ImageCleanupPolicy',
  metadata: metadata('newest', { 'theriseunion.io/manual-run': 'first' }),
  spec: {
    keepRecent: newest,
    targets: ['RegistryArtifact'],
    gracePeriod: '1s',
    maxDeletionPercent: 100,
    maxDeletionsPerRun: 10 * versions,
  },
})

/** A ReplicaSet that a roll-out left behind, a CronJob, and for all other references a Deployment each. */
export const workloads = (host: string, { used }: World): object[] =>
  used.map((reference, at) => {
    const name = `app-${at}`
    const template = {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: `${host}/${repository}${reference}` }] },
    }
    const selector = { matchLabels: { app: name } }
    const kind = at === 12 ? 'ReplicaSet' : 'Deployment'
    if (at !== 13)
      return {
        apiVersion: 'apps/v1',
        kind,
        metadata: metadata(name),
        spec: { replicas: at === 12 ? 0 : 1, selector, template },
      }
    const job = { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } }
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata(name),
      spec: { schedule: '0 3 * * *', jobTemplate: job },
    }
  })

export const statusPlaces = {
  repository: { apiVersion, kind: 'Repository', metadata: metadata('whole') },
  policy: { apiVersion, kind: 'ImageCleanupPolicy', metadata: metadata('newest') },
}
