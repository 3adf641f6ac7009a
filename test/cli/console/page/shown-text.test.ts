import { describe, expect, it } from 'vitest'
import { partsOf, plainText } from '../../../../cli/console/page/shown-text.ts'

describe('text from outside', () => {
  it('spells what turns others round, moves the cursor or cannot be seen', () => {
    const name = 'a\u202Egnp\u001B[31m\u200B\u2028\u{E0041}\u00AD'

    expect(plainText(name)).toBe('a[U+202E]gnp[U+001B][31m[U+200B][U+2028][U+E0041][U+00AD]')
  })

  it('leaves letters of every script and markup as they are', () => {
    const names = ['<img src=x onerror=alert(1)>', '生产环境', 'תמונה', '& &lt; "']

    expect(names.map(plainText)).toEqual(names)
  })

  it('spells half a character pair, which no font shows', () => {
    expect(partsOf('a\uD800b')).toEqual([
      { text: 'a', isHidden: false },
      { text: 'U+D800', isHidden: true },
      { text: 'b', isHidden: false },
    ])
  })
})
