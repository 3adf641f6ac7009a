import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { takeDistinct } from '../distinct-paths.ts'
import { listedByApi } from '../listed-by-api.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { notTold, OwnApi } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { orUnreadable } from '../unreadable-manifest.ts'
import { describePublicImage, findPublicListing, listPublicRepositories } from './public-images.ts'
import { PublicSession } from './public-session.ts'

/** What people read of a sync that had to do without. */
const without =
  'ECR Public does not tell the role which repositories are its own, so that push times and untagged images are not known: give it ecr-public:DescribeRegistries and ecr-public:DescribeImages'

/**
 * The public registry of the account by its API, which tells digests, push times and untagged images, a thousand a page; what is
 * of other accounts as everybody reads it. Manifests are public, and got without a credential. Needs
 * `ecr-public:DescribeRegistries`, `DescribeImages` and, to list repositories, `DescribeRepositories`.
 */
export const createPublicReader = (reach: Reach): RegistryReader =>
  publicReaderOf(new PublicSession(reach), new OciSession(withoutCredential(reach), 'pull'))

/** How everybody reaches it. */
export const withoutCredential = (reach: Reach): Reach => ({
  ...reach,
  credential: undefined,
  countsPulls: true,
})

/** The reading half over sessions that exist. */
export function publicReaderOf(session: PublicSession, oci: OciSession): RegistryReader {
  const plain = readerOf(oci)
  const own = new OwnApi()
  const scopeOf = (path: string) => path.split('/', 1)[0] ?? path
  /** By the API, without a pull, where it is told and the repository is the account's. */
  const ask = async <T>(path: string, describe: (name: string) => Promise<T>): Promise<{ told: T } | undefined> => {
    const answer = await own.ask(scopeOf(path), 'read', async () => {
      const name = await session.findName(path)
      return name === undefined ? undefined : { told: await describe(name) }
    })
    return answer === notTold ? undefined : answer
  }
  return {
    ...plain,
    checkAccess: () => session.checkAccess(),
    listRepositories: atMost => takeDistinct(listPublicRepositories(session), atMost),
    ...listedByApi(plain, { api: own, scopeOf, list: path => findPublicListing(session, path), without }),
    async findTag(repository, tag) {
      const imageTag = parseTag(tag)
      const answer = await ask(parseRepositoryPath(repository), name =>
        orUnreadable(async () => (await describePublicImage(session, name, { imageTag }))?.digest),
      )
      return answer ? answer.told : plain.findTag(repository, tag)
    },
    async hasManifest(repository, digest) {
      const imageDigest = parseDigest(digest)
      const answer = await ask(parseRepositoryPath(repository), name =>
        describePublicImage(session, name, { imageDigest }),
      )
      return answer ? answer.told !== undefined : plain.hasManifest(repository, digest)
    },
  }
}
