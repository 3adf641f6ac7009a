import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { type Book, books } from './books.ts'

/** A call of the command as a page has it. */
interface Written {
  readonly path: string
  /** Without `shelflife`. */
  readonly words: readonly string[]
  /** Between code fences a call is whole; in a sentence it may be named without what it is given. */
  readonly isWhole: boolean
}

const call = /(?:^|[;|(] *|-- |&& |npx )shelflife +([^\n]*)/gm

/** Of a terminal what a person typed, without what it answered. */
const linesOf = (block: string): string =>
  (/^ *```console/.test(block) ? (block.match(/^ *\$ (.*\\\n)*.*$/gm) ?? []).join('\n') : block)
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/^ *(\$ )?(\w+=\S+ )?/gm, '')
    .replaceAll(/ #.*$/gm, '')

/** As a shell splits them, up to where the call ends, without what may be left out. */
function wordsOf(text: string): string[] {
  const [own = ''] = text.replaceAll(/\[[^\]]*\]/g, '').split(/ (?:[|>&]|\d>)|[;)](?=\s|$)/)
  return [...own.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''))
}

function writtenIn({ path, codeBlocks, prose }: Book): Written[] {
  const whole = codeBlocks.flatMap(block => [...linesOf(block).matchAll(call)].map(([, text = '']) => text))
  const named = [...prose.matchAll(/`shelflife +([^`]+)`/g)].map(([, text = '']) => text.replaceAll('\n', ' '))
  return [
    ...whole.map(text => ({ path, words: wordsOf(text), isWhole: true })),
    ...named.map(text => ({ path, words: wordsOf(text), isWhole: false })),
  ]
}

/** What stands for any words. */
const isLeftOut = (word: string): boolean => /^(…|\.\.\.)$/.test(word)

const lacksValue = /expected a value for/

function problemOf({ words, isWhole }: Written): string | undefined {
  const [name, ...rest] = words.filter(word => !isLeftOut(word))
  const command = createProgram().commands.find(one => one.name() === name)
  if (name?.startsWith('-')) return undefined
  if (command === undefined) return `no command ${name}`
  try {
    const { operands, unknown } = command.parseOptions(rest)
    const [flag] = unknown.filter(word => word !== '--help')
    return flag === undefined ? operandProblem(command, operands, isWhole && !words.some(isLeftOut)) : `no flag ${flag}`
  } catch (error) {
    return !isWhole && lacksValue.test(String(error)) ? undefined : String(error)
  }
}

function operandProblem({ registeredArguments }: Command, operands: readonly string[], isWhole: boolean) {
  const needed = registeredArguments.filter(({ required }) => required).length
  if (isWhole && operands.length < needed) return `expected ${needed} words, got ${operands.length}`
  const takesMore = registeredArguments.some(({ variadic }) => variadic)
  return takesMore || operands.length <= registeredArguments.length
    ? undefined
    : `takes ${registeredArguments.length} words, got ${operands.length}`
}

it('is called in no page as it cannot be called', () => {
  const written = books.flatMap(writtenIn)

  const wrong = written.flatMap(one => {
    const problem = problemOf(one)
    return problem === undefined ? [] : [`${one.path}: shelflife ${one.words.join(' ')}: ${problem}`]
  })

  expect(written.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(40)
  expect(wrong).toEqual([])
})
