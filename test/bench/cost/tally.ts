import { type FunctionName, functions } from '../../../shared/wiring.ts'
import { assumptions } from './assumptions.ts'
import type { Measured } from './installation.ts'

/** Memory at which Lambda gives a function one whole processor; below that it is a share. */
const wholeProcessorMb = 1769

/**
 * What invocations of a kind took together, and what they asked for. Amounts may be added, and multiplied. Billed seconds
 * are two amounts, since they grow for reasons of their own and a busy machine spoils the first alone: `waited`, with the
 * stated latency of calls, and `computed`, on the share of a processor that the memory of a function brings.
 */
export interface Usage {
  readonly invocations: number
  readonly counts: Readonly<Record<string, number>>
}

export const nothing: Usage = { invocations: 0, counts: {} }

export const gbSecondsOf = ({ counts }: Usage): number => (counts.waited ?? 0) + (counts.computed ?? 0)

export function usageOf(name: FunctionName, measured: Measured): Usage {
  const { memoryMb } = functions[name]
  const gbMs = memoryMb / 1024 / 1000
  const own = {
    waited: Math.max(0, measured.ms - measured.cpuMs) * gbMs,
    computed: (measured.cpuMs / Math.min(1, memoryMb / wholeProcessorMb)) * gbMs,
    'log.bytes': measured.logBytes + assumptions.platformLogBytes.value,
  }
  return { invocations: 1, counts: { ...measured.counts, ...own } }
}

export const sum = (...all: readonly Usage[]): Usage => all.reduce(plus, nothing)

function plus(a: Usage, b: Usage): Usage {
  const names = new Set([...Object.keys(a.counts), ...Object.keys(b.counts)])
  return {
    invocations: a.invocations + b.invocations,
    counts: Object.fromEntries([...names].map(name => [name, (a.counts[name] ?? 0) + (b.counts[name] ?? 0)])),
  }
}

export const times = (usage: Usage, factor: number): Usage => ({
  invocations: usage.invocations * factor,
  counts: Object.fromEntries(Object.entries(usage.counts).map(([name, count]) => [name, count * factor])),
})

/**
 * What it would be at a larger size, on the line through two that were measured; never less than at the larger of them,
 * since more is never less work and a busy machine tilts the line. What is waited grows as the calls do that are waited
 * for: the time that the parts of a bench take to make long answers is not that of a real API server.
 */
export function atSize(size: number, small: readonly [number, Usage], large: readonly [number, Usage]): Usage {
  const share = (size - small[0]) / (large[0] - small[0])
  const line = sum(times(small[1], 1 - share), times(large[1], share))
  const counts = Object.entries(line.counts).map(([name, count]) => [name, Math.max(large[1].counts[name] ?? 0, count)])
  const grown: Usage = { invocations: line.invocations, counts: Object.fromEntries(counts) }
  const { waited = 0 } = large[1].counts
  return { ...grown, counts: { ...grown.counts, waited: (waited * callsOf(grown)) / Math.max(1, callsOf(large[1])) } }
}

const callsOf = ({ counts }: Usage): number =>
  (counts['table.calls'] ?? 0) + (counts['kubernetes.calls'] ?? 0) + (counts['registry.calls'] ?? 0)
