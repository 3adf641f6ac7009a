import { expect, it } from 'vitest'
import { commandNameOf } from '../../../cli/io/command-name.ts'

const linked = '/clone/node_modules/.bin/shelflife'

it.each([
  [
    'the plain name where it is on the PATH',
    linked,
    '/elsewhere',
    { PATH: '/usr/bin:/clone/node_modules/.bin' },
    'shelflife',
  ],
  ['its path where it is not', linked, '/clone', { PATH: '/usr/bin' }, 'node_modules/.bin/shelflife'],
  ['its whole path from elsewhere', linked, '/elsewhere', { PATH: '/usr/bin' }, linked],
  ['a path that a shell takes from its own folder', linked, '/clone/node_modules/.bin', {}, './shelflife'],
  [
    'its path where only npm has put it on the PATH',
    linked,
    '/clone',
    { PATH: '/clone/node_modules/.bin', npm_command: 'exec' },
    'node_modules/.bin/shelflife',
  ],
  ['the script with its Node', '/clone/cli/shelflife.js', '/clone', {}, 'node cli/shelflife.js'],
  ['the plain name where nothing is known', undefined, '/clone', {}, 'shelflife'],
] as const)('messages name the command by %s', (_, script, cwd, env, name) => {
  expect(commandNameOf(script, { cwd, env })).toBe(name)
})
