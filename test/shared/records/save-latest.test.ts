import { expect, it } from 'vitest'
import { ConflictError, StoreUnavailableError } from '../../../shared/errors.ts'
import { saveLatest, saveUnlessOvertaken } from '../../../shared/records/save-latest.ts'

/** Loses the race so often before it is won, and notes each attempt. */
function losing(races: number) {
  const attempts: boolean[] = []
  const attempt = async (isFirst: boolean) => {
    attempts.push(isFirst)
    if (attempts.length <= races) throw new ConflictError(`race ${attempts.length} is lost`)
    return 'saved'
  }
  return { attempts, attempt }
}

const broken = () => Promise.reject(new StoreUnavailableError('no answer', { kind: 'timeout' }))

it('reads and decides again until no other write comes first', async () => {
  const { attempts, attempt } = losing(2)

  expect(await saveLatest(attempt)).toBe('saved')
  expect(attempts).toEqual([true, false, false])
})

it.each([1, 2, 5])('makes no more than %s attempts, and throws the last conflict', async allowed => {
  const { attempts, attempt } = losing(9)

  await expect(saveLatest(attempt, allowed)).rejects.toThrow(`race ${allowed} is lost`)
  expect(attempts).toHaveLength(allowed)
})

it('makes no second attempt after any other error', async () => {
  let attempts = 0
  const attempt = () => {
    attempts += 1
    return broken()
  }

  await expect(saveLatest(attempt)).rejects.toThrow(StoreUnavailableError)
  expect(attempts).toBe(1)
})

it('answers nothing where another write came first and the next look decides', async () => {
  expect(await saveUnlessOvertaken(() => losing(1).attempt(true))).toBeUndefined()
  expect(await saveUnlessOvertaken(() => losing(0).attempt(true))).toBe('saved')
  await expect(saveUnlessOvertaken(broken)).rejects.toThrow(StoreUnavailableError)
})
