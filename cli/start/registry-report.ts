import { amountText } from '../../shared/domain/amount-text.ts'
import { AccessDeniedError, NotFoundError, ShelflifeError } from '../../shared/errors.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'
import type { Installation } from '../connect/installation.ts'
import { openReader } from '../connect/open-reader.ts'
import type { LocalRegistry } from '../embedded/local-registry.ts'

/** So many repositories are counted: at a registry of tens of thousands one page says enough. */
const counted = 1_000
/** Who starts it waits for the answer: of a catalog that is slow nothing is said. */
const waitMs = 15_000

export interface RegistryReport {
  /** One line for people. */
  readonly text: string
  /** A path that it holds, where it says so. */
  readonly example?: string | undefined
}

/** Whether a registry answers, takes the credential that it was given, and says what it holds. */
export async function registryReport(
  { host, credential }: LocalRegistry,
  installation: Pick<Installation, 'settings' | 'secrets' | 'store'>,
): Promise<RegistryReport> {
  try {
    const reader = await openReader(host, installation, { signal: AbortSignal.timeout(waitMs) })
    const { latencyMs } = await reader.checkAccess()
    const who = credential === undefined ? 'without a credential' : `as ${credential.username}`
    const { text, example } = await heldBy(reader)
    return { text: `${host} answers in ${latencyMs} ms ${who}; ${text}`, example }
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return { text: `${host} is of no use so: ${error.message}` }
  }
}

async function heldBy(reader: RegistryReader): Promise<RegistryReport> {
  try {
    const [example, ...others] = await reader.listRepositories(counted)
    if (example === undefined) return { text: 'it shows no repository' }
    const shown = others.length + 1
    const text = shown < counted ? amountText(shown, 'repository') : `${counted} repositories and more`
    return { text: `it shows ${text}`, example }
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    const isRefused = error instanceof AccessDeniedError || error instanceof NotFoundError
    return {
      text: `it ${isRefused ? 'does' : 'did'} not list its repositories to us${isRefused ? '' : ` (${error.message})`}: name them`,
    }
  }
}
