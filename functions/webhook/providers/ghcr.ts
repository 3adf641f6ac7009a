import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type ImageFields, parsedImages } from '../image-hints.ts'
import { signatureProof } from '../secret-proof.ts'
import { type Headers, irrelevant, onlyTest, parseWhole, type WebhookProvider } from './provider.ts'

const text = z.string().optional().catch(undefined)
const pushed = z.object({
  name: text,
  package_type: text,
  ecosystem: text,
  owner: z.object({ login: text }).catch({ login: undefined }),
  registry: z.object({ type: text }).catch({ type: undefined }),
  package_version: z.object({
    version: z.unknown().optional(),
    package_url: text,
    container_metadata: z
      .object({
        tag: z.object({ name: z.unknown().optional(), digest: z.unknown().optional() }).optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
})
type Pushed = z.infer<typeof pushed>

/** Deletes of versions are told nowhere. */
const event = z.object({
  action: z.string(),
  package: z.unknown().optional(),
  registry_package: z.unknown().optional(),
})

/**
 * GitHub's packages, by `package` of a repository or organisation and by `registry_package` of an app.
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads#registry_package
 */
export const ghcr: WebhookProvider = {
  proof: signatureProof({ headers: ['x-hub-signature-256'], algorithm: 'sha256', prefix: 'sha256=' }),
  parsePayload(payload, { headers }) {
    refuseGitea(headers)
    const name = headers['x-github-event']
    if (name === 'ping') return onlyTest
    if (name !== undefined && !/^(registry_)?package$/.test(name)) return irrelevant
    const { action, package: own, registry_package: ofApp } = parseWhole('ghcr', event, payload)
    const field = ofApp === undefined ? 'package' : 'registry_package'
    const image = parseWhole('ghcr', z.object({ [field]: pushed }), { [field]: ofApp ?? own })[field]
    if (!image || !isContainer(image) || !['published', 'updated'].includes(action)) return irrelevant
    return parsedImages('ImagePushed', [fieldsOf(image, field)])
  },
}

/** Gitea signs in the same way and sends GitHub's headers beside its own, with other payloads. */
function refuseGitea(headers: Headers): void {
  if (headers['x-gitea-event'] === undefined && headers['x-forgejo-event'] === undefined) return
  throw new InvalidInputError(
    'ghcr payload: expected one of GitHub, got one of Gitea, whose address ends in /webhook/gitea',
  )
}

const isContainer = ({ package_type: type, ecosystem, registry }: Pushed): boolean =>
  [type, ecosystem, registry.type].some(kind => /^(container|docker)$/i.test(kind ?? ''))

/** The name of an owner keeps its capitals there, which no path has. Without a tag the name of it is empty. */
function fieldsOf({ name, owner, package_version: version }: Pushed, field: string): ImageFields {
  const { version: id, package_url: url = '', container_metadata: metadata } = version
  const pulled = /^[^/]+\/([^@:]+)[@:]/.exec(url)?.[1] ?? (owner.login && name ? `${owner.login}/${name}` : undefined)
  const place = `${field}.package_version`
  const given = metadata?.tag?.digest
  return {
    repository: [`${place}.package_url`, pulled?.toLowerCase()],
    tag: [`${place}.container_metadata.tag.name`, metadata?.tag?.name],
    digest: given ? [`${place}.container_metadata.tag.digest`, given] : [`${place}.version`, id],
  }
}
