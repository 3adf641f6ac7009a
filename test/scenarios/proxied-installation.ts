import { type RegistryProxy, startRegistryProxy } from '../support/registry-proxy.ts'
import { type Installation, type InstallationOptions, startInstallation } from './installation.ts'
import type { World } from './world.ts'

/** A world whose registry is reached through a proxy that can fail in every way. */
export interface ProxiedWorld extends World {
  readonly proxy: RegistryProxy
}

export interface ProxiedInstallation {
  readonly world: ProxiedWorld
  remove(): Promise<void>
}

/** Starts an installation that knows the registry by the address of a proxy before it. */
export async function startProxiedInstallation(
  registryUrl: string,
  options: InstallationOptions = {},
): Promise<ProxiedInstallation> {
  const proxy = await startRegistryProxy(registryUrl)
  let installation: Installation
  try {
    installation = await startInstallation({
      ...options,
      flags: ['--registry', proxy.url, ...(options.flags ?? [])],
      registryHost: proxy.host,
    })
  } catch (error) {
    await proxy.stop()
    throw error
  }
  return {
    world: { ...installation.world, proxy },
    remove: async () => {
      await installation.remove()
      await proxy.stop()
    },
  }
}
