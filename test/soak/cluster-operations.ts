import type { MemoryCluster } from '../support/memory-cluster.ts'
import type { ImageReference } from './deployments.ts'
import { spelled } from './deployments.ts'
import { anyBook } from './push-operations.ts'
import type { RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

/** More than this and the oldest go, so that something is left to delete. */
const maxDeployments = 25

const anyRevision = ({ dice }: World, book: RepositoryBook) => {
  const [tag, digest] = dice.pick([...book.tags].filter(([name]) => !name.startsWith('sha256-'))) ?? []
  if (tag === undefined || digest === undefined) return undefined
  const repository = book.id
  const reference: ImageReference = {
    tag: { repository, tag },
    digest: { repository, digest },
    both: { repository, tag, digest },
    bare: { digest },
  }[dice.weighted({ tag: 55, digest: 30, both: 10, bare: 5 })]
  const { config } = book.manifests.get(digest) ?? {}
  return { reference, digest, ...(config && dice.chance(30) && { config }) }
}

export function deploy(world: World, book = anyBook(world), cluster?: MemoryCluster): boolean {
  const { dice, deployments, estate, journal } = world
  const revision = anyRevision(world, book)
  if (!revision) return false
  const where = cluster ?? dice.pick(estate.clusters) ?? estate.clusters[0]
  const existing = dice.pick(deployments.all.filter(one => one.cluster === where))
  const name = spelled(revision.reference)
  if (existing && cluster === undefined && dice.chance(60)) {
    journal.note(`${existing.name} in ${where.name} rolled out to ${name} ${revision.digest}`)
    deployments.rollOut(existing, revision)
  } else {
    const { name: created } = deployments.create(where, revision)
    journal.note(`${created} in ${where.name} created with ${name} ${revision.digest}`)
  }
  const [oldest] = deployments.all
  if (oldest && deployments.all.length > maxDeployments) removeDeployment(world, oldest)
  return true
}

const noteOf = (deployment: World['deployments']['all'][number]): string =>
  `${deployment.name} ${deployment.revisions.map(({ reference, digest }) => `${spelled(reference)} ${digest}`).join(', ')}`

export function rollBack({ dice, deployments, journal }: World): boolean {
  const deployment = dice.pick(deployments.all)
  if (!deployment || !deployments.rollBack(deployment)) return false
  journal.note(`rolled back ${noteOf(deployment)}`)
  return true
}

/** To zero, where the Deployment still refers to its image, and back. */
export function scale({ dice, deployments, journal }: World): boolean {
  const deployment = dice.pick(deployments.all)
  if (!deployment) return false
  deployments.scale(deployment, deployment.replicas === 0 ? 2 : 0)
  journal.note(`scaled to ${deployment.replicas}: ${noteOf(deployment)}`)
  return true
}

export function undeploy(world: World): boolean {
  const deployment = world.dice.pick(world.deployments.all)
  if (!deployment) return false
  removeDeployment(world, deployment)
  return true
}

function removeDeployment({ deployments, journal }: World, deployment: World['deployments']['all'][number]): void {
  journal.note(`removed ${noteOf(deployment)}`)
  deployments.remove(deployment)
}
