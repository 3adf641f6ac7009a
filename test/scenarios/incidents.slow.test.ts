import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import { type Registry, startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import { freshFolder, removeFolder } from '../real/parts/background.ts'
import { incidentScenarios, proxiedIncidentScenarios } from './incidents/incidents.ts'
import { type ProxiedInstallation, startProxiedInstallation } from './proxied-installation.ts'

// Each waits for several runs with a deadline of its own; the machine may be busy with other suites.
vi.setConfig({ testTimeout: 120_000 })

const folder = freshFolder('incidents')
let registry: Registry
let installation: ProxiedInstallation
beforeAll(async () => {
  registry = await startRegistry({ dataDir: join(folder, 'registry') })
  installation = await startProxiedInstallation(registry.url)
  const { webhookUrl, webhookSecret } = installation.world
  registry.setNotifications([
    {
      url: `${webhookUrl}/distribution`,
      headers: { authorization: `Bearer ${webhookSecret}` },
      ignore: { actions: ['pull'], mediaTypes: ['application/octet-stream'] },
    },
  ])
})
afterAll(async () => {
  await installation?.remove()
  await registry?.close()
  removeFolder(folder)
})

incidentScenarios(() => installation.world)
proxiedIncidentScenarios(() => installation.world)
