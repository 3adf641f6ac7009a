import { type ChildProcess, execFileSync } from 'node:child_process'

/** Memory that a running process holds just now, in MiB. */
export const residentMib = ({ pid }: ChildProcess): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
