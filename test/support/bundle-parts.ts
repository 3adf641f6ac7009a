import { basename } from 'node:path'
import type { Metafile } from 'esbuild'
import { bundleFile } from '../../shared/bundle-names.ts'

type Output = Metafile['outputs'][string]

export interface BundleParts {
  /** The file that is started, and those that it imports at once. */
  readonly started: readonly Output[]
  /** Those that are imported late, with what they import. */
  readonly late: readonly Output[]
  /** Of no use to anything that is started, early or late. */
  readonly unused: readonly string[]
}

/** The files of one bundle, by when they are read. */
export function bundlePartsOf({ outputs }: Metafile): BundleParts {
  const start = Object.keys(outputs).filter(path => basename(path) === bundleFile)
  const started = reachedFrom(start, outputs, ['import-statement'])
  const all = reachedFrom(start, outputs, ['import-statement', 'dynamic-import'])
  return {
    started: [...started].flatMap(path => outputs[path] ?? []),
    late: [...all].filter(path => !started.has(path)).flatMap(path => outputs[path] ?? []),
    unused: Object.keys(outputs).filter(path => !all.has(path)),
  }
}

function reachedFrom(start: readonly string[], outputs: Metafile['outputs'], kinds: readonly string[]): Set<string> {
  const reached = new Set(start)
  for (const path of reached)
    for (const one of outputs[path]?.imports ?? []) if (!one.external && kinds.includes(one.kind)) reached.add(one.path)
  return reached
}

export const sizeOf = (files: readonly Output[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

export const inputsOf = (files: readonly Output[]): string[] => files.flatMap(({ inputs }) => Object.keys(inputs))
