import { BatchGetProjectsCommand, CodeBuildClient, ListProjectsCommand } from '@aws-sdk/client-codebuild'
import { slices } from '../../domain/slices.ts'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'

const projectsPerCall = 100
const service = 'CodeBuild'
const list = { service, operation: 'ListProjects' } as const
const get = { service, operation: 'BatchGetProjects' } as const
/** CodeBuild's own images, which are of no registry. */
const ownImages = /^aws\//

export function openCodeBuild(config: ClientConfig): ListService {
  const client = new CodeBuildClient(config)
  return listing => listCodeBuildImages(client, listing)
}

/** The image that builds of each project run in. */
export async function listCodeBuildImages(client: CodeBuildClient, listing: AwsListing): Promise<KindImages[]> {
  const names = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListProjectsCommand({ nextToken }), options)
    return { items: page.projects, next: page.nextToken }
  })
  const found: KindImages[] = []
  for (const batch of slices(names, projectsPerCall)) {
    const answer = await listing.call(get, options =>
      client.send(new BatchGetProjectsCommand({ names: batch }), options),
    )
    const { projects = [], projectsNotFound = [] } = answer ?? {}
    if (projects.length + projectsNotFound.length < batch.length)
      throw new InvalidInputError(`${listing.textOf(get)}: expected each of ${batch.length}, got ${projects.length}`)
    for (const { name = '', environment } of projects) {
      const { image } = environment ?? {}
      if (image !== undefined && !ownImages.test(image)) found.push({ kind: 'CodeBuildProject', name, image })
    }
  }
  return found
}
