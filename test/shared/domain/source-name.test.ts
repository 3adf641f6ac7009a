import { describe, expect, it } from 'vitest'
import { entryOf, isInScope, isSourceScope } from '../../../shared/domain/source-name.ts'

const [shop, pay] = ['org/111111111111/eu-west-1', 'org/222222222222/us-east-1'] as const

describe('a scope of sources', () => {
  it.each([
    ['eu', ['eu']],
    ['org', ['org', shop, pay]],
    ['org/111111111111', ['org', shop]],
    ['org/111111111111/eu-west-1', ['org', shop]],
    ['org/*/us-east-1', ['org', pay]],
    ['org/111111111111/us-east-1', ['org']],
  ])('%s means %j', (scope, meant) => {
    expect(['eu', 'org', shop, pay, 'organ'].filter(source => isInScope(scope, source))).toEqual(meant)
    expect(isSourceScope(scope)).toBe(true)
    expect(entryOf(scope)).toBe(scope.split('/')[0])
  })

  it.each(['', '*', 'org/', 'org/12', 'org/**', 'org/*/', 'org/*/eu-west-1/x', 'Org'])('%j is none', text => {
    expect(isSourceScope(text)).toBe(false)
  })
})
