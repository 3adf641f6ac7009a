import pMap from 'p-map'
import * as z from 'zod'
import type { NodeStorage } from '../../domain/records/metrics.ts'
import { ShelflifeError } from '../../errors.ts'
import type { NodeReading } from '../../ports/cluster-meter.ts'
import type { Connection } from './connection.ts'
import { type List, tellItems } from './lists.ts'
import { isAllowed } from './rights.ts'

/** No disk has as much: sums of sizes up to this stay finite. */
const mostBytes = 2 ** 60
const bytes = z.number().min(0).max(mostBytes)

const wireNode = z.object({
  metadata: z.object({ name: z.string().min(1) }),
  status: z.object({
    images: z.array(z.object({ sizeBytes: bytes.nullish().catch(undefined) })).nullish(),
    allocatable: z.record(z.string(), z.string()).nullish(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
  }),
})

const fileSystem = z.object({ usedBytes: bytes, capacityBytes: bytes.min(1), availableBytes: bytes })
const wireSummary = z.object({ node: z.object({ runtime: z.object({ imageFs: fileSystem }) }) })

/** A node names dozens of images, each by several names. */
const nodes: Omit<List<unknown>, 'read'> = {
  path: '/api/v1/nodes',
  action: 'list nodes',
  what: 'a Node',
  pageSize: 100,
}

/** Lets its holder do far more than this: it is used where somebody granted it, and asked for nowhere. */
const proxyRight = { verb: 'get', group: '', resource: 'nodes', subresource: 'proxy' } as const
const askedAtOnce = 8
/** Nodes that were not asked by then count by their status. */
const longestAskingMs = 20_000

/** What each node holds of images: as its kubelet says where that may be asked, else as the status of the node says. */
export async function listNodeStorage(connection: Connection): Promise<readonly NodeReading[]> {
  const found: NodeStorage[] = []
  await tellItems({ ...nodes, read: item => item }, item => void found.push(...storageOf(item)), connection)
  const mayAsk = found.length > 0 && (await mayAskKubelets(connection))
  if (mayAsk === 'unknown') return found.map(silent)
  if (!mayAsk) return found
  const until = performance.now() + longestAskingMs
  return pMap(found, one => (performance.now() < until ? askKubelet(one, connection) : silent(one)), {
    concurrency: askedAtOnce,
  })
}

const silent = (node: NodeStorage): NodeReading => ({ ...node, isKubeletSilent: true })

/** None for a node that cannot be read: it costs no other. */
function storageOf(item: unknown): NodeStorage[] {
  const parsed = wireNode.safeParse(item)
  if (!parsed.success) return []
  const { metadata, status } = parsed.data
  const imageBytes = (status.images ?? []).reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
  const room = bytesOf(status.allocatable?.['ephemeral-storage'])
  const hasDiskPressure = (status.conditions ?? []).some(one => one.type === 'DiskPressure' && one.status === 'True')
  return [
    {
      node: metadata.name,
      imageBytes,
      ...(room !== undefined && { usedPercent: Math.min(100, (100 * imageBytes) / room) }),
      source: 'status',
      hasDiskPressure,
    },
  ]
}

async function mayAskKubelets(connection: Connection): Promise<boolean | 'unknown'> {
  try {
    return await isAllowed(proxyRight, connection)
  } catch (error) {
    if (error instanceof ShelflifeError) return 'unknown'
    throw error
  }
}

async function askKubelet(node: NodeStorage, connection: Connection): Promise<NodeReading> {
  try {
    const body = await connection.call({
      method: 'GET',
      path: `/api/v1/nodes/${encodeURIComponent(node.node)}/proxy/stats/summary`,
      action: 'ask a kubelet for its summary',
    })
    const { imageFs } = wireSummary.parse(body).node.runtime
    const { capacityBytes, availableBytes } = imageFs
    const usedPercent = Math.max(0, (100 * (capacityBytes - availableBytes)) / capacityBytes)
    return { ...node, imageBytes: imageFs.usedBytes, usedPercent, source: 'kubelet' }
  } catch (error) {
    if (error instanceof ShelflifeError || error instanceof z.ZodError) return silent(node)
    throw error
  }
}

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  m: 1e-3,
}

/**
 * A quantity such as `95491281146` or `102625208Ki`; undefined for anything else, and for nothing.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
function bytesOf(quantity = ''): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([kMGTP]i?|Ki|m)?$/.exec(quantity) ?? []
  const factor = factors[unit]
  const room = amount === undefined || factor === undefined ? 0 : Number(amount) * factor
  return room > 0 && room <= mostBytes ? room : undefined
}
