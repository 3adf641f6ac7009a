import { basename, delimiter, dirname, relative } from 'node:path'

const plain = 'shelflife'

interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The command as its user can type it again: `shelflife` where it was found on the PATH, else the path of `script`. What
 * npm itself puts on the PATH is not on that of the user's shell.
 */
export function commandNameOf(script: string | undefined, { cwd, env }: Surroundings): string {
  if (script === undefined) return plain
  const { PATH = '', npm_command: byNpm } = env
  if (basename(script) === plain && byNpm === undefined && PATH.split(delimiter).includes(dirname(script))) return plain
  const fromHere = relative(cwd, script)
  const path = fromHere.startsWith('..') ? script : fromHere
  if (path.endsWith('.js')) return `node ${path}`
  return path === plain ? `./${path}` : path
}

/** How messages name the command, so that what they say can be copied. */
export const commandName = commandNameOf(process.env.SHELFLIFE_CALLED_AS, { cwd: process.cwd(), env: process.env })
