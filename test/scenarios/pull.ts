import { manifestTypes, type Scene } from './world.ts'

interface PulledManifest {
  readonly manifests?: readonly { digest: string }[]
  readonly config?: { digest: string }
  readonly layers?: readonly { digest: string }[]
}

/**
 * Pulls an image for every platform, as machines of each would together, and names what could not be pulled: manifests
 * through any depth, configurations and layers. Empty when all of it is there.
 */
export async function missingFrom(scene: Scene, reference: string): Promise<string[]> {
  const at = `${scene.world.registryUrl}/v2/${scene.repository}`
  const response = await fetch(`${at}/manifests/${reference}`, { headers: { accept: manifestTypes } })
  if (!response.ok) return [`${reference}: ${response.status}`]
  const { manifests = [], config, layers = [] } = (await response.json()) as PulledManifest
  const missing: string[] = []
  for (const { digest } of manifests) missing.push(...(await missingFrom(scene, digest)))
  for (const { digest } of config ? [config, ...layers] : layers) {
    const blob = await fetch(`${at}/blobs/${digest}`, { method: 'HEAD' })
    if (!blob.ok) missing.push(`blob ${digest}: ${blob.status}`)
  }
  return missing
}
