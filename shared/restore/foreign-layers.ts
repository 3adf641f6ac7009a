import * as z from 'zod'
import { type Digest, isDigest } from '../domain/digest.ts'
import type { Manifest } from '../ports/registry.ts'

const layered = z.object({
  layers: z.array(
    z.object({ digest: z.string(), mediaType: z.string().optional(), urls: z.array(z.string()).optional() }),
  ),
})

/**
 * The layers of a manifest that registries need not hold, because their content lies elsewhere by design: base layers
 * of Windows. That a registry lacks one is no loss.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#non-distributable-layers
 */
export function foreignLayersOf({ bytes }: Manifest): ReadonlySet<Digest> {
  const parsed = layered.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
  const foreign = (parsed.data?.layers ?? []).filter(
    layer => (layer.urls?.length ?? 0) > 0 || /\.(foreign|nondistributable)\./.test(layer.mediaType ?? ''),
  )
  return new Set(foreign.map(layer => layer.digest).filter(isDigest))
}
