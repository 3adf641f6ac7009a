import { createHash } from 'node:crypto'
import type { World } from './random-world.ts'

/** The same world with other digests wherever one is named: images, links, tags, workloads, scope. */
export const renamed = (world: World, salt: number): World => {
  const rename = (hex: string): string => {
    const other = createHash('sha256').update(`${salt} ${hex.toLowerCase()}`).digest('hex')
    return hex === hex.toLowerCase() ? other : other.toUpperCase()
  }
  const inText = (text: string): string => text.replace(/(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])/g, rename)
  return deepMap(world, inText)
}

/** A copy of plain data with every text changed; times stay as they are. */
const deepMap = <T>(value: T, change: (text: string) => string): T => {
  if (typeof value === 'string') return change(value) as T
  if (Array.isArray(value)) return value.map(each => deepMap(each, change)) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deepMap(each, change)])) as T
}
