import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { findJson } from '../../shared/domain/json.ts'
import { liveSecrets } from '../../shared/domain/webhook-secret.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'

const prefix = 'shelflife/webhook/'
const first = `${prefix}local`
/** Under this id is the secret that the registry within presents, another with each start. */
export const registrySecret = `${prefix}registry`

const fileName = 'webhook-secret'

/** Where a registry's webhook secret is kept, and the name of the file in the data folder that shows it to people. */
export interface SecretPlace {
  readonly secret: string
  readonly file: string
}

/**
 * Each registry has one of its own, which tells who speaks, wherever it stands among the flags. One has the name that there was
 * when there was only one registry: it stays with whom it was given to.
 */
export function webhookSecretOf(host: string, ownerOfFirst: string): SecretPlace {
  const name = fileNameOf(host)
  return host === ownerOfFirst
    ? { secret: first, file: fileName }
    : { secret: `${prefix}${name}`, file: `${fileName}-${name}` }
}

/** Whose the first name is by the settings of the start before; undefined where there was none. */
export function findOwnerOfFirst(settingsFile: string): string | undefined {
  const before = existsSync(settingsFile) ? findJson(readFileSync(settingsFile, 'utf8')) : undefined
  const { webhooks = [] } = withWebhooks.safeParse(before).data ?? {}
  return webhooks.find(({ secret }) => secret === first)?.registry
}

const withWebhooks = z.object({
  webhooks: z.array(z.object({ registry: z.string(), secret: z.string().optional() })).optional(),
})

/** Of a host and its port; no host has a plus, so that two never share one. */
export const fileNameOf = (host: string): string => host.replace(':', '+')

export const newSecret = (): string => randomBytes(24).toString('hex')

/**
 * The secret of an id, which a file shows to people: one that is in the file already stays as it is, with what else counts
 * beside it while it is rotated.
 */
export async function keepSecret(id: string, file: string, secrets: SecretStore): Promise<string> {
  const stored = liveSecrets((await secrets.findSecret(id)) ?? '')
  const secret = readSecretFile(file) ?? stored[0] ?? newSecret()
  writeSecretFile(file, secret)
  await secrets.putSecret(id, stored[0] === secret ? stored.join('\n') : secret)
  return secret
}

/** Shows the first of the secrets that each text holds in the file of its id, where there is one. */
export function showSecrets(dataDir: string, texts: ReadonlyMap<string, string>): void {
  for (const [id, text] of texts) {
    const [secret] = liveSecrets(text)
    const file = join(dataDir, id === first ? fileName : `${fileName}-${id.slice(prefix.length)}`)
    if (secret !== undefined && id.startsWith(prefix) && existsSync(file)) writeSecretFile(file, secret)
  }
}

const writeSecretFile = (file: string, secret: string): void => writeFileSync(file, `${secret}\n`, { mode: 0o600 })

/** An empty file is as good as none: an empty secret would let everybody in. */
const readSecretFile = (file: string): string | undefined =>
  (existsSync(file) && readFileSync(file, 'utf8').trim()) || undefined
