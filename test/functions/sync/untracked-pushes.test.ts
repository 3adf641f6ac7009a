import { expect, it } from 'vitest'
import { UntrackedPushes } from '../../../functions/sync/untracked-pushes.ts'

it('tells the first at once, and the thousand after it in one line, with how many repositories there were', () => {
  let nowMs = 0
  const pushes = new UntrackedPushes(() => new Date(nowMs))
  const host = 'harbor.example.com'

  const first = pushes.note(`${host}/team/app`)
  const during = Array.from({ length: 1_000 }, (_, at) => pushes.note(`${host}/team/app-${at % 20}`))
  nowMs = 10 * 60_000
  const later = pushes.note(`${host}/team/app-0`)

  expect(first).toMatch(/^1 event of 1 repository that no Repository object tracks.*harbor\.example\.com\/team\/app;/)
  expect(during.every(text => text === undefined)).toBe(true)
  expect(later).toMatch(/^1001 events of 20 repositories .* and 10 more; to have them: shelflife track$/)
})

it('tells what waits when the time is over, whatever comes then, and nothing where nothing waits', () => {
  let nowMs = 0
  const pushes = new UntrackedPushes(() => new Date(nowMs))
  pushes.note('harbor.example.com/team/app')
  pushes.note('harbor.example.com/team/web')

  const during = pushes.due()
  nowMs = 10 * 60_000
  const later = [pushes.due(), pushes.due()]

  expect(during).toBeUndefined()
  expect(later).toEqual([expect.stringMatching(/^1 event of 1 repository .*team\/web/), undefined])
})
