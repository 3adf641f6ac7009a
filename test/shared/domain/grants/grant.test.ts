import { describe, expect, it } from 'vitest'
import { expandGlob, grant, grants, hasPlaceholder, labelKeysOf } from '../../../../shared/domain/grants/grant.ts'

const complaintsOf = (line: object): string[] =>
  grant.safeParse(line).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

const line = { clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }

describe('a line of grants', () => {
  it('says clusters, namespaces, paths and rights', () => {
    expect(grant.parse(line)).toEqual(line)
    expect(grant.parse({ namespaces: ['team-*'], repositories: ['shared/**', 'tools'], may: ['read'] })).toBeDefined()
  })

  it.each([['{namespace}/**'], ['teams/{label:team}/**'], ['{label:example.com/team}/{namespace}/*']])(
    'with %s names its clusters, since whoever makes namespaces there decides',
    glob => {
      const said = { namespaces: ['*'], repositories: [glob], may: ['read'] }

      expect(complaintsOf(said)).toEqual([expect.stringMatching(/^clusters: expected the clusters of a line with/)])
      expect(complaintsOf({ ...said, clusters: ['prod-*'] })).toEqual([])
    },
  )

  it.each([
    ['a{namespace}/**', 'a placeholder beside other text'],
    ['{namespace}-dev/**', 'a placeholder beside other text'],
    ['{label:}/**', 'a label without a key'],
    ['{label:a b}/**', 'a key that no label can have'],
    ['{label:a/b/c}/**', 'a key that no label can have'],
    ['{name}/**', 'a placeholder that does not exist'],
    ['{{namespace}}/**', 'a placeholder in braces'],
    ['{namespace/**', 'a brace that is not closed'],
  ])('refuses %s, %s', glob => {
    expect(complaintsOf({ ...line, repositories: [glob] })).toEqual([
      'repositories.0: expected {namespace} or {label:KEY} as a whole segment of the path',
    ])
  })

  it.each([
    [{ may: [] }, /^may: expected read/],
    [{ may: ['delete'] }, /^may: expected read beside delete/],
    [{ may: ['write'] }, /^may.0: /],
    [{ namespaces: [] }, /^namespaces: /],
    [{ repositories: [] }, /^repositories: /],
    [{ repositories: ['a//b'] }, /^repositories.0: .*a segment is empty/],
    [{ repositories: ['A/**'] }, /^repositories.0: /],
    [{ namespaces: ['Team'] }, /^namespaces.0: expected a name in lower case/],
    [{ namespaces: ['a**'] }, /^namespaces.0: expected \* where a name may have any run/],
    [{ clusters: [] }, /^clusters: /],
    [{ repos: ['a'] }, /Unrecognized key/],
  ])('refuses %j', (change, complaint) => {
    expect(complaintsOf({ ...line, ...change })[0]).toMatch(complaint)
  })

  it('stands in a list, or the word everyone stands for one', () => {
    expect(grants.parse('everyone')).toBe('everyone')
    expect(grants.parse([])).toEqual([])
    expect(grants.safeParse('all').success).toBe(false)
  })
})

describe('a placeholder', () => {
  const expanded = (glob: string, labels: Record<string, string> = {}, name = 'shop') =>
    expandGlob(glob, { name, labels })

  it('is the name of the namespace, or its label, as one segment', () => {
    expect(expanded('{namespace}/**')).toBe('shop/**')
    expect(expanded('teams/{label:team}/{namespace}', { team: 'payments' })).toBe('teams/payments/shop')
    expect(expanded('{label:example.com/team}/**', { 'example.com/team': 'payments' })).toBe('payments/**')
  })

  it.each([
    ['is absent', {}],
    ['is empty', { team: '' }],
    ['has a slash', { team: 'payments/api' }],
    ['has a wildcard', { team: '*' }],
    ['has two wildcards', { team: '**' }],
    ['has a wildcard within', { team: 'pay*' }],
    ['goes up', { team: '..' }],
    ['has a letter that no path has', { team: 'Payments' }],
    ['is a placeholder itself', { team: '{namespace}' }],
    ['is a key of another', { teams: 'payments' }],
  ])('grants nothing where its label %s', (_, labels) => {
    expect(expanded('{label:team}/**', labels)).toBeUndefined()
  })

  it('takes no property of an object for a label', () => {
    expect(expanded('{label:constructor}/**')).toBeUndefined()
  })

  it('tells the keys that it stands on', () => {
    expect(labelKeysOf(['{label:team}/**', 'a/{label:example.com/team}/{label:team}', '{namespace}/**'])).toEqual([
      'team',
      'example.com/team',
    ])
    expect(hasPlaceholder('{namespace}/**')).toBe(true)
    expect(hasPlaceholder('team-*/**')).toBe(false)
  })
})
