import { expect, it } from 'vitest'
import { offeredByBash } from '../../support/bash-completion.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

it('a real bash completes commands, flags, choices, and the value behind an equals sign', async () => {
  const folder = await testFolder()

  const [commands, flags, choices, cut, none] = await Promise.all([
    offeredByBash(folder, ['re']),
    offeredByBash(folder, ['history', '--po']),
    offeredByBash(folder, ['completion', '']),
    offeredByBash(folder, ['plan', '--output=nd']),
    offeredByBash(folder, ['explain', 'unknown/']),
  ])

  expect(commands).toEqual(['redrive', 'restore', 'resume'])
  expect(flags).toEqual(['--policy'])
  expect(choices).toEqual(['bash', 'zsh'])
  expect(cut).toEqual(['ndjson'])
  expect(none).toEqual([])
})
