import { quoted } from '../../domain/repository-name.ts'
import { InvalidInputError } from '../../errors.ts'

const maxPages = 10_000

/** One page of a list of AWS. */
export interface TokenPage {
  readonly nextToken?: string | undefined
}

/**
 * The pages of a list as they come, until one has no token or is none.
 *
 * @throws InvalidInputError when a page token comes back
 */
export async function* tokenPages<Page extends TokenPage>(
  host: string,
  read: (nextToken: string | undefined) => Promise<Page | undefined>,
): AsyncGenerator<Page> {
  const seen = new Set<string>()
  for (let token: string | undefined; ; ) {
    const page = await read(token)
    if (page === undefined) return
    yield page
    if (!page.nextToken) return
    token = page.nextToken
    if (seen.has(token) || seen.size >= maxPages)
      throw new InvalidInputError(`${host}: expected a list that ends, got the page token ${quoted(token)} again`)
    seen.add(token)
  }
}
