import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { rootPath } from '../support/imports.ts'
import { filesOf } from './books.ts'

/** Of what is to be deleted only the house speaks so. */
const houseWord = /\bdoom\w*/i

const comments = /\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm

/** What stands between quotes and has words; a key or the name of a field has no space. */
const textsIn = (source: string): string[] =>
  (source.replaceAll(comments, '').match(/'[^'\n]*'|`[^`]*`/g) ?? [])
    .map(text => text.replaceAll(/\$\{[^}]*\}/g, ''))
    .filter(text => text.includes(' '))

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: part => (text += part) })
  command.outputHelp()
  return [text, ...command.commands.map(helpOf)].join('\n')
}

describe('words that people know tell what is to be deleted', () => {
  it('in the help of every command', () => {
    const help = helpOf(createProgram())

    expect(help).toContain('shelflife explain')
    expect(help).not.toMatch(houseWord)
  })

  it.each(filesOf('cli/**/*.schema.json', 'infra/cluster/**/*.yaml'))('in %s', path => {
    expect(readFileSync(rootPath(path), 'utf8')).not.toMatch(houseWord)
  })

  it('in the messages of the code', () => {
    const texts = filesOf('{cli,functions,infra,shared}/**/*.ts').flatMap(path =>
      textsIn(readFileSync(rootPath(path), 'utf8')).map(text => `${path}: ${text}`),
    )

    const wrong = texts.filter(text => houseWord.test(text))

    expect(texts.length).toBeGreaterThan(1000)
    expect(wrong).toEqual([])
  })
})
