/**
 * By which factor the processor time grows from `small` to `large`. Each is the least of several rounds in turn, so that
 * a busy machine and the garbage of others do not count; too small to be measured counts as one microsecond.
 */
export function growthOf(small: () => unknown, large: () => unknown, rounds = 3): number {
  const times = Array.from({ length: rounds }, () => [microsecondsOf(small), microsecondsOf(large)] as const)
  const least = (which: 0 | 1) => Math.max(1, Math.min(...times.map(pair => pair[which])))
  return least(1) / least(0)
}

function microsecondsOf(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
