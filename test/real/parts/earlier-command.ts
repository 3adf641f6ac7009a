import { resolve } from 'node:path'
import { Command } from 'commander'

/** `node earlier-command.ts RELEASE COMMAND …`: a command of an earlier release, whose unpacked sources are in RELEASE. */
const [folder = '', ...args] = process.argv.slice(2)
const names = ['approve', 'explain', 'history', 'pause', 'plan', 'restore', 'status']
const program = new Command('shelflife').enablePositionalOptions()
for (const name of names) {
  const module: Record<string, () => Command> = await import(resolve(folder, 'cli', name, 'command.ts'))
  for (const create of Object.values(module)) program.addCommand(create())
}
await program.parseAsync(args, { from: 'user' })
