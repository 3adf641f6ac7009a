import { readFileSync, writeFileSync } from 'node:fs'

const everyMs = 10

/** The most memory that a process held so far, in MiB; 0 when it is gone. */
export function peakMib(pid: number): number {
  try {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kib ?? 0) / 1024
  } catch {
    return 0
  }
}

/** From here on `peakMib` tells of what comes. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** Looks at a process and its children again and again: a script is as large as the largest program it runs. */
export function watchPeak(pid: number): { stop(): number } {
  let most = 0
  const look = () => {
    most = Math.max(most, ...familyOf(pid).map(peakMib))
  }
  const timer = setInterval(look, everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      return most
    },
  }
}

function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return [pid, ...children.flatMap(child => familyOf(Number(child)))]
  } catch {
    return [pid]
  }
}
