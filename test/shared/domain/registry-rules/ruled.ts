import type { RuledImage } from '../../../../shared/domain/registry-rules/taking.ts'
import { at, digestOf } from '../../../support/records.ts'

const day = 86_400

/** Days after the fixed instant of the tests. */
export const dayAt = (days: number): Date => at(days * day)

/** An image that was pushed so many days ago, as seen at `dayAt(0)`. */
export const ruled = (name: string, daysAgo: number, rest: Partial<RuledImage> = {}): RuledImage => ({
  digest: digestOf(name),
  tags: [name],
  pushedAt: dayAt(-daysAgo),
  isPushTold: true,
  isPart: false,
  isAttached: false,
  isArchived: false,
  ...rest,
})
