import type { Command, CommanderError } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { nearestWord } from './nearest-word.ts'

/**
 * A mistake in the words and flags is bad input like any other: InvalidInputError, which says what was expected. Help and
 * the version end the process with 0; help that was not asked for, since no command was given, ends it with 2.
 */
export const withExitCodes = (command: Command): Command =>
  command.configureOutput({ outputError: () => undefined }).exitOverride(error => {
    if (error.exitCode === 0) process.exit(0)
    if (error.code === 'commander.help') process.exit(2)
    throw new InvalidInputError(mistakeText(error, command), { cause: error })
  })

/** Commander says by a code what is wrong, and which word only in its message: between quotation marks. */
function mistakeText({ code, message }: CommanderError, command: Command): string {
  const name = fullNameOf(command)
  const quoted = [...message.matchAll(/'([^']*)'/g)].map(([, word = '']) => word)
  const [first = '', second = ''] = quoted
  const text = () => {
    switch (code) {
      case 'commander.unknownCommand':
        return `expected a command, got "${first}"; the nearest is ${nearestWord(first, commandsOf(command))}`
      case 'commander.unknownOption':
        return unknownFlag(name, first.replace(/=.*/s, ''), command)
      case 'commander.missingArgument':
        return `expected <${first}> after ${name}, got none`
      case 'commander.excessArguments':
        return `expected no more than ${[name, ...command.registeredArguments.map(one => `<${one.name()}>`)].join(' ')}, got ${command.args.map(arg => `"${arg}"`).join(' ')}`
      case 'commander.optionMissingArgument':
        return `expected a value for ${first}, got none`
      case 'commander.invalidArgument':
        return message.startsWith('error: option')
          ? `expected ${first} to be ${choicesIn(message)}, got "${second}"`
          : `expected <${second}> to be ${choicesIn(message)}, got "${first}"`
      default:
        return `${name}: ${message}`
    }
  }
  return `${text()}; see ${name} --help`.replaceAll(/\s+/g, ' ')
}

const unknownFlag = (name: string, flag: string, command: Command): string =>
  `expected a flag of ${name}, got "${flag}"; the nearest is ${nearestWord(flag, flagsOf(command))}`

/** What follows the complaint: the choices, or what a parser of ours expected. */
const choicesIn = (message: string): string =>
  message
    .replace(/^.*? is invalid( for argument '[^']*')?\. /s, '')
    .replace(/^Allowed choices are (.*)\.$/s, 'one of $1')

const commandsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map(one => one.name())

const flagsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(option => option.long ?? [])

const fullNameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${fullNameOf(command.parent)} ${command.name()}`
