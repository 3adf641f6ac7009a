import { isRepositoryPath } from '../../domain/repository-name.ts'
import { InvalidInputError } from '../../errors.ts'

const most = 1_000_000

/**
 * The repository paths among the names of a list, each once, in their order: all of them, or `atMost`, and then no page is
 * asked for that is not needed.
 *
 * @throws InvalidInputError for more than a million
 */
export async function takeDistinct(names: AsyncIterable<string>, atMost = most + 1): Promise<readonly string[]> {
  const paths = new Set<string>()
  for await (const name of names) {
    if (isRepositoryPath(name)) paths.add(name)
    if (paths.size > most) throw new InvalidInputError(`expected at most ${most} repositories, got more`)
    if (paths.size >= atMost) break
  }
  return [...paths]
}
