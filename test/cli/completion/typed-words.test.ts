import { expect, it } from 'vitest'
import { joinWords } from '../../../cli/completion/typed-words.ts'

it('joins what bash cuts at colons, at signs and equals signs', () => {
  expect(joinWords(['explain', 'host', ':', '5000/app', ':', 'v1'], 5)).toEqual({
    before: ['explain'],
    current: 'host:5000/app:v1',
    cut: 'host:5000/app:',
  })
  expect(joinWords(['explain', 'app', '@', 'sha256', ':', 'ab'], 5).current).toBe('app@sha256:ab')
  expect(joinWords(['plan', '--data', '=', 'x', ''], 4)).toEqual({ before: ['plan', '--data=x'], current: '', cut: '' })
})

it('takes a word that ends at the cut as one whose next piece is empty', () => {
  expect(joinWords(['explain', 'app', ':'], 2)).toEqual({ before: ['explain'], current: 'app:', cut: 'app:' })
})

it('leaves words whole that the shell does not cut', () => {
  expect(joinWords(['explain', 'app:v1'], 1)).toEqual({ before: ['explain'], current: 'app:v1', cut: '' })
})

it('knows nothing of what stands behind the cursor', () => {
  expect(joinWords(['explain', 'app', '--data', 'x'], 1)).toEqual({ before: ['explain'], current: 'app', cut: '' })
})

it('takes quotation marks away as the shell does', () => {
  expect(joinWords(['explain', '--data', '"my data"', ''], 3).before).toEqual(['explain', '--data', 'my data'])
})
