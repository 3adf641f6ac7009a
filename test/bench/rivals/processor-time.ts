import { readdirSync, readFileSync } from 'node:fs'

/** Of Linux on every machine that Node runs on. */
const ticksPerSecond = 100

/** Seconds of processor that a process took so far, of which others on the machine take nothing away; 0 when it is gone. */
export function processorSeconds(pid: number): number {
  try {
    const fields = afterName(pid)
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return 0
  }
}

/** The processes of that name that this one started. */
export const startedHere = (name: string): number[] =>
  readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(Number)
    .filter(pid => isOf(pid, name))

function isOf(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name && afterName(pid)[1] === String(process.pid)
  } catch {
    return false
  }
}

/** What stands behind the name, which may hold spaces: state, parent, and so on. */
const afterName = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
