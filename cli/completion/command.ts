import { Argument, Command, InvalidArgumentError } from 'commander'
import { withExitCodes } from '../io/exit-codes.ts'
import { completionScripts } from './scripts.ts'

const notes = `
bash:  source <(shelflife completion bash)     for good: the same line in ~/.bashrc
zsh:   source <(shelflife completion zsh)      for good: the same line in ~/.zshrc, after compinit

Commands, flags and their choices are completed, and the names of policies, images and runs of the installation that the
flags on the line choose; nothing where it does not answer within two seconds.

Example:
  shelflife completion bash > ~/.local/share/bash-completion/completions/shelflife

Exit codes: 0 printed; 2 another shell.`

/** `shelflife completion`: prints what a shell reads to complete the command. */
export const completionCommand = (): Command =>
  withExitCodes(new Command('completion'))
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(['bash', 'zsh']))
    .addHelpText('after', notes)
    .action((shell: 'bash' | 'zsh') => void process.stdout.write(completionScripts[shell]))

/** What the scripts call: prints what may stand at the cursor, one a line, and never fails. */
export const completeCommand = (): Command =>
  withExitCodes(new Command('__complete'))
    .argument('<cursor>', 'which of the words the cursor is in, from 0', parseCursor)
    .argument('[words...]')
    .helpOption(false)
    // The words of the line are not flags of this command.
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (cursor: number, words: readonly string[], _, { parent }: Command) => {
      if (parent === null) return
      // Loaded only here: no other command needs it.
      const { completions } = await import('./completions.ts')
      for (const line of await completions(parent, words, cursor)) process.stdout.write(`${line}\n`)
      // Whatever the installation still owes would keep the shell waiting.
      process.exit(0)
    })

function parseCursor(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a number')
}
