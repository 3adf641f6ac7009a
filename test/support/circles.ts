import type { Import } from './imports.ts'

/**
 * The groups of files that import each other in a circle, `import type` included; each sorted. Tarjan's strongly
 * connected components.
 */
export function circlesOf(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const order = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []
  const visit = (file: string): number => {
    const own = order.size
    order.set(file, own)
    open.push(file)
    let low = own
    for (const to of targets.get(file) ?? []) {
      if (!order.has(to)) low = Math.min(low, visit(to))
      else if (open.includes(to)) low = Math.min(low, order.get(to) ?? own)
    }
    if (low === own) {
      const circle = open.splice(open.indexOf(file))
      if (circle.length > 1 || targets.get(file)?.includes(file)) circles.push(circle.sort())
    }
    return low
  }
  for (const file of targets.keys()) if (!order.has(file)) visit(file)
  return circles
}
