import { setTimeout as sleep } from 'node:timers/promises'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'

/**
 * A process of its own: serves the folder named by its first
 * argument and tells where. After a request for `/slow` every answer takes as many milliseconds as the second argument
 * says; `/count` answers how many requests there were since then.
 */
const [, , dataDir = '', latencyMs = ''] = process.argv
let isSlow = false
let requests = 0
const registry = await startRegistry({
  dataDir,
  intercept: async request => {
    const { pathname } = new URL(request.url)
    if (pathname === '/count') return new Response(String(requests))
    requests = pathname === '/slow' ? 0 : requests + 1
    if (pathname === '/slow') isSlow = true
    else if (isSlow) await sleep(Number(latencyMs))
    return pathname === '/slow' ? new Response('slow') : undefined
  },
})
console.log(registry.url)
