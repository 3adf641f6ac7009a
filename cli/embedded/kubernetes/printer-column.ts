import { ageOf } from './age.ts'
import type { PrinterColumn } from './resource-type.ts'

export type Cell = PrinterColumn['cell']

export function column(
  name: string,
  cell: Cell,
  options: { type?: string; priority?: number; format?: string } = {},
): PrinterColumn {
  const { type = 'string', priority = 0, format = '' } = options
  return { name, type, format, description: '', priority, cell }
}

export const wide = { priority: 1 }
export const name = column('Name', object => object.metadata.name, { format: 'name' })
export const age = column('Age', (object, now) => ageOf(object.metadata.creationTimestamp, now) ?? '<unknown>')
