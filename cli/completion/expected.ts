import type { Argument, Command, Option } from 'commander'
import type { TypedWords } from './typed-words.ts'

/** Names that only an installation knows. */
export type NameKind = 'policies' | 'images' | 'runs' | 'repositories' | 'namespaces'

/** What may stand at the cursor: words, names, or what the shell itself completes, such as a file. */
export interface Expected {
  readonly words?: readonly string[]
  readonly names?: NameKind
  /** What stands before the value in the same word, as in `--flag=value`. */
  readonly prefix?: string
}

/** What may stand at the cursor of `program`, by its own description of commands, flags and arguments. */
export function expectedAt(program: Command, { before, current }: TypedWords): Expected {
  const [name, ...rest] = before
  if (name === undefined)
    return { words: current.startsWith('-') ? flagsOf(program) : visibleCommands(program).map(one => one.name()) }
  if (name === 'help') return rest.length > 0 ? {} : { words: visibleCommands(program).map(one => one.name()) }
  const command = program.commands.find(one => one.name() === name)
  return command === undefined ? {} : expectedOf(command, rest, current)
}

function expectedOf(command: Command, before: readonly string[], current: string): Expected {
  const last = findValueFlag(command, before.at(-1))
  if (last !== undefined) return valuesOf(last)
  const equals = current.indexOf('=')
  if (current.startsWith('--') && equals > 0) {
    const flag = findValueFlag(command, current.slice(0, equals))
    return flag === undefined ? {} : { ...valuesOf(flag), prefix: current.slice(0, equals + 1) }
  }
  if (current.startsWith('-')) return { words: flagsOf(command).filter(flag => !before.includes(flag)) }
  const argument = argumentAt(command, before)
  return argument === undefined ? {} : valuesOf(argument)
}

/** A flag that takes a value from the next word. */
const findValueFlag = (command: Command, word = ''): Option | undefined =>
  command.options.find(option => (option.required || option.optional) && [option.long, option.short].includes(word))

function argumentAt(command: Command, before: readonly string[]): Argument | undefined {
  const given = before.filter(
    (word, at) => !word.startsWith('-') && findValueFlag(command, before[at - 1]) === undefined,
  )
  const last = command.registeredArguments.at(-1)
  return command.registeredArguments[given.length] ?? (last?.variadic === true ? last : undefined)
}

const kinds: readonly (readonly [RegExp, NameKind])[] = [
  [/^(--policy(-name)? <name>|policy)$/, 'policies'],
  [/^(--run <run>|run)$/, 'runs'],
  [/^images?$/, 'images'],
  [/^(--repository <name>|repository)$/, 'repositories'],
  [/^(-n, )?--namespace <name>$/, 'namespaces'],
]

/** By the listed choices, else by what the flag or argument is called. */
function valuesOf(place: Option | Argument): Expected {
  if (place.argChoices !== undefined) return { words: place.argChoices }
  const called = 'flags' in place ? place.flags : place.name()
  const names = kinds.find(([pattern]) => pattern.test(called))?.[1]
  return names === undefined ? {} : { names }
}

const visibleCommands = (program: Command): readonly Command[] => program.createHelp().visibleCommands(program)

const flagsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(option => option.long ?? [])
