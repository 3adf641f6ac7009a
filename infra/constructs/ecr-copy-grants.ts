import type { Stack } from 'aws-cdk-lib'
import type { Settings } from '../../shared/settings.ts'
import { ownReadEcrOf } from './ecr-registries.ts'
import type { Grant } from './grant.ts'

/** What reads which images a registry copies by itself, where functions read one with roles of their own. */
export const readCopies = (settings: Settings, stack: Stack): Grant[] => [
  {
    actions: ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRegistry'],
    resources: ownReadEcrOf(settings, stack).length > 0 ? ['*'] : [],
    wildcard: 'AWS knows no resource for it',
  },
]
