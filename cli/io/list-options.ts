import { type Command, Option } from 'commander'
import { type StyledStreams, styleOf, type TextStyle } from './text.ts'

/** What the flags of {@link withListOptions} say. */
export interface ListFlags {
  readonly output: 'json' | 'table'
  /** False for `--no-trunc`. */
  readonly trunc: boolean
}

/** The flags of a command that prints a list for people, or the same as JSON. */
export const withListOptions = (command: Command): Command =>
  withNoTrunc(command)
    .addOption(new Option('-o, --output <form>', 'how to print').choices(['json', 'table']).default('table'))
    .addOption(new Option('--json', 'the same as -o json').implies({ output: 'json' }))

export const withNoTrunc = (command: Command): Command =>
  command.option('--no-trunc', 'one line each, nothing cut, however wide the terminal is')

/** As the terminal is, and as wide as it takes where nothing may be cut. */
export const listStyle = ({ trunc }: Pick<ListFlags, 'trunc'>, streams: StyledStreams): TextStyle => {
  const style = styleOf(streams)
  return trunc ? style : { ...style, columns: Number.POSITIVE_INFINITY }
}
