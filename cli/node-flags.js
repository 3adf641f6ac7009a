// Plain JavaScript that Node 18 understands, as shelflife.js is.

/**
 * How Node's heap is set for a command. A larger young generation lets a plan of a million tags be judged in a quarter of a
 * gigabyte, and a sweep of thousands of images spend a third less on collecting it. What stays up for days has half of that,
 * and collects when its heap has grown by a third; by itself it lets the heap grow to four times what is in use.
 */
export const heapFlagsOf = command =>
  command === 'start'
    ? ['--max-semi-space-size=8', '--initial-old-space-size=64', '--heap-growing-percent=30']
    : ['--max-semi-space-size=16']

/** Variables for what stays up: what threads freed goes back to the system, where glibc otherwise holds it for each of them. */
export const allocatorOf = command =>
  command === 'start'
    ? { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' }
    : {}
