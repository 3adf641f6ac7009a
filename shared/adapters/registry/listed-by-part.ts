import { AccessDeniedError, NotFoundError } from '../../errors.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import { takeDistinct } from './distinct-paths.ts'
import { notTold, type OwnApi } from './own-api.ts'

/** How a registry's own API lists repositories: those below one path alone. */
interface PartList {
  readonly host: string
  readonly api: OwnApi
  /** What paths there begin with, for people: `a namespace`. */
  readonly beginsWith: string
  /** Within which a credential has the right to list, or has it not; undefined where too little of a path is known. */
  scopeOf(below: string): string | undefined
  /** Their whole paths; undefined where the API knows no such part. More than those below it are no harm. */
  list(below: string): Promise<AsyncIterable<string> | undefined>
}

/** The repositories below a path by the registry's own API, where there is no list of all of them. */
export const listedByPart = ({
  host,
  api,
  beginsWith,
  scopeOf,
  list,
}: PartList): Pick<RegistryReader, 'listRepositories'> => ({
  async listRepositories(atMost, below = '') {
    const scope = scopeOf(below)
    if (scope === undefined)
      throw new NotFoundError(`${host}: expected ${beginsWith} to list repositories of, got none: it lists no others`)
    const paths = await api.ask(scope, 'list', async () => {
      const found = await list(below)
      return found && takeDistinct(found, atMost)
    })
    if (paths === notTold)
      throw new AccessDeniedError(
        `${host}: expected a list of repositories below ${scope}, got none for this credential`,
      )
    if (paths === undefined) throw new NotFoundError(`${host}: expected ${scope} to be there, got 404`)
    return paths
  },
})
