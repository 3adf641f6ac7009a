import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { expect, it } from 'vitest'
import { houseRules } from '../../infra/house-rules-config.ts'

it('takes the days that CloudWatch Logs takes, and no others', () => {
  const isTaken = (logRetentionDays: number) => houseRules.safeParse({ logRetentionDays }).success
  const known: unknown[] = Object.values(RetentionDays)
  const days = Array.from({ length: 4000 }, (_, at) => at + 1)

  expect(days.filter(isTaken)).toEqual(days.filter(day => known.includes(day)))
})
