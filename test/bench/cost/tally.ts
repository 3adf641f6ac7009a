import { type FunctionName, functions } from '../../../shared/wiring.ts'
import { assumptions } from './assumptions.ts'
import type { Measured } from './installation.ts'

/** Memory at which Lambda gives a function one whole processor; below that it is a share. */
const wholeProcessorMb = 1769

/**
 * Seconds that an invocation is billed: what it waited, with the stated latency of calls, and what it computed on the share
 * of a processor that its memory brings.
 */
export function billedSeconds(name: FunctionName, { ms, cpuMs }: Pick<Measured, 'ms' | 'cpuMs'>): number {
  const share = Math.min(1, functions[name].memoryMb / wholeProcessorMb)
  return (Math.max(0, ms - cpuMs) + cpuMs / share) / 1000
}

/** What invocations of a kind took together, and what they asked for. Amounts may be added, and multiplied. */
export interface Usage {
  readonly invocations: number
  readonly gbSeconds: number
  readonly counts: Readonly<Record<string, number>>
}

export const nothing: Usage = { invocations: 0, gbSeconds: 0, counts: {} }

export function usageOf(name: FunctionName, measured: Measured): Usage {
  const bytes = measured.logBytes + assumptions.platformLogBytes.value
  return {
    invocations: 1,
    gbSeconds: (billedSeconds(name, measured) * functions[name].memoryMb) / 1024,
    counts: { ...measured.counts, 'log.bytes': bytes },
  }
}

export const sum = (...all: readonly Usage[]): Usage => all.reduce(plus, nothing)

function plus(a: Usage, b: Usage): Usage {
  const names = new Set([...Object.keys(a.counts), ...Object.keys(b.counts)])
  return {
    invocations: a.invocations + b.invocations,
    gbSeconds: a.gbSeconds + b.gbSeconds,
    counts: Object.fromEntries([...names].map(name => [name, (a.counts[name] ?? 0) + (b.counts[name] ?? 0)])),
  }
}

export const times = (usage: Usage, factor: number): Usage => ({
  invocations: usage.invocations * factor,
  gbSeconds: usage.gbSeconds * factor,
  counts: Object.fromEntries(Object.entries(usage.counts).map(([name, count]) => [name, count * factor])),
})

/**
 * What it would be at a larger size, on the line through two that were measured; never less than at the larger of them,
 * since more is never less work and a busy machine tilts the line.
 */
export function atSize(size: number, small: readonly [number, Usage], large: readonly [number, Usage]): Usage {
  const share = (size - small[0]) / (large[0] - small[0])
  const line = sum(times(small[1], 1 - share), times(large[1], share))
  const counts = Object.entries(line.counts)
  return {
    invocations: line.invocations,
    gbSeconds: Math.max(large[1].gbSeconds, line.gbSeconds),
    counts: Object.fromEntries(counts.map(([name, count]) => [name, Math.max(large[1].counts[name] ?? 0, count)])),
  }
}
