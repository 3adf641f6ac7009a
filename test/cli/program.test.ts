import { expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { InvalidInputError } from '../../shared/errors.ts'

const mistakeIn = (...args: readonly string[]): Promise<unknown> =>
  createProgram()
    .parseAsync(args, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )

it.each([
  { args: ['plam'], says: 'expected a command, got "plam"; the nearest is plan; see shelflife --help' },
  { args: ['help', 'plam'], says: 'expected a command, got "plam"; the nearest is plan; see shelflife --help' },
  {
    args: ['restore'],
    says: 'expected images or --run, got none of them; see shelflife restore --help',
  },
  {
    args: ['restore', 'app:v1', '--run', 'team/tidy/1'],
    says: 'expected images or --run, got both; see shelflife restore --help',
  },
  {
    args: ['plan', '--imagse', 'x'],
    says: 'expected a flag of shelflife plan, got "--imagse"; the nearest is --images; see shelflife plan --help',
  },
  {
    args: ['start', '--prot=1'],
    says: 'expected a flag of shelflife start, got "--prot"; the nearest is --port; see shelflife start --help',
  },
  { args: ['explain'], says: 'expected <image> after shelflife explain, got none; see shelflife explain --help' },
  {
    args: ['explain', 'a', 'b'],
    says: 'expected no more than shelflife explain <image>, got "a" "b"; see shelflife explain --help',
  },
  {
    args: ['plan', '-o', 'xml'],
    says: 'expected -o, --output <form> to be one of json, ndjson, table, got "xml"; see shelflife plan --help',
  },
  { args: ['plan', '--policy'], says: 'expected a value for --policy <file>, got none; see shelflife plan --help' },
  {
    args: ['completion', 'fish'],
    says: 'expected <shell> to be one of bash, zsh, got "fish"; see shelflife completion --help',
  },
])('says in one line what it expected after $args', async ({ args, says }) => {
  expect(await mistakeIn(...args)).toEqual(new InvalidInputError(says))
})

const commands = createProgram().commands.map(command => command.name())

it.each(commands.filter(name => name !== '__complete'))(
  'takes a flag that %s does not have for bad input',
  async name => {
    expect(await mistakeIn(name, '--no-such')).toBeInstanceOf(InvalidInputError)
  },
)

it.each(
  createProgram()
    .commands.map(command => command.name())
    .filter(name => name !== 'help' && name !== '__complete'),
)('the help of %s has an example that it can parse, and its exit codes', name => {
  let help = ''
  const command = createProgram().commands.find(one => one.name() === name)
  command?.configureOutput({
    writeOut: text => {
      help += text
    },
  })
  command?.outputHelp()

  expect(help).toContain('Exit codes: 0')
  const examples = [...help.matchAll(/^ {2}shelflife (\S+)(.*)$/gm)]
  expect(examples.map(([, first]) => first)).toContain(name)
  const known = new Set(command?.options.flatMap(({ long, short }) => [long, short]))
  const flags = examples.flatMap(([, , rest = '']) => rest.match(/(?<= )--?[a-z][a-z-]*/g) ?? [])
  expect(flags.filter(flag => !known.has(flag))).toEqual([])
})
