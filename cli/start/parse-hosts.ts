import { registryHost } from '../../shared/domain/name-schemas.ts'
import { InvalidInputError } from '../../shared/errors.ts'

/** Hosts of a registry, separated by commas; none where the flag is absent. Throws InvalidInputError for what is no host. */
export const parseHosts = (flag: string, text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').map(host => parseHost(flag, host))

function parseHost(flag: string, text: string): string {
  const parsed = registryHost.safeParse(text.trim())
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    `${flag}: expected host names such as registry.internal:5000, separated by commas, got ${JSON.stringify(text)}`,
  )
}
