import { DescribeRepositoriesCommand, ListTagsForResourceCommand } from '@aws-sdk/client-ecr'
import { AccessDeniedError, NotFoundError } from '../../../errors.ts'
import type { EcrSession } from './ecr-session.ts'

/** The tag of a repository that says which installation alone may delete in it, by its id. */
const ownerTag = 'shelflife:installation'

/**
 * Why an installation leaves a repository alone: by its tag it is another's, or its tags may not be read. Undefined where it
 * bears no such tag, or that of the installation. People set the tag: one that this set would be taken off again by whoever
 * keeps repositories in code. Asks once for each repository. Needs `ecr:ListTagsForResource` and `ecr:DescribeRepositories`.
 */
export function ecrOwnerRefusals(
  session: EcrSession,
  installation: string,
): (repository: string) => Promise<string | undefined> {
  const asked = new Map<string, Promise<string | undefined>>()
  return repository => {
    const known = asked.get(repository)
    if (known) return known
    const refusal = findRefusal(session, repository, installation)
    asked.set(repository, refusal)
    // What did not answer is asked again.
    refusal.catch(() => asked.delete(repository))
    return refusal
  }
}

async function findRefusal(session: EcrSession, repository: string, installation: string): Promise<string | undefined> {
  try {
    const owner = await findOwner(session, repository)
    if (owner === undefined || owner === installation) return undefined
    return `its repository belongs to installation ${owner} by its tag ${ownerTag}, and this is ${installation}`
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    if (!(error instanceof AccessDeniedError)) throw error
    return `it is not known whose the repository is: grant ecr:ListTagsForResource: ${error.message}`
  }
}

async function findOwner(session: EcrSession, repository: string): Promise<string | undefined> {
  const described = new DescribeRepositoriesCommand({ ...session.registry, repositoryNames: [repository] })
  const found = await session.call('DescribeRepositories', (client, options) => client.send(described, options))
  const resourceArn = found?.repositories?.[0]?.repositoryArn
  if (resourceArn === undefined) return undefined
  const list = new ListTagsForResourceCommand({ resourceArn })
  const answer = await session.call('ListTagsForResource', (client, options) => client.send(list, options))
  return answer?.tags?.find(({ Key }) => Key === ownerTag)?.Value
}
