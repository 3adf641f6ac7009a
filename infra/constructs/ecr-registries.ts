import type { Stack } from 'aws-cdk-lib'
import type { Settings } from '../../shared/settings.ts'

export interface EcrRegistry {
  readonly account: string
  readonly region: string
}

/**
 * Account and region of the ECR registries that the settings name, each once. A host that does not say them (an
 * emulator, an endpoint of one's own) stands for the account and region of the stack.
 */
export function ecrRegistriesOf(settings: Settings, stack: Stack): EcrRegistry[] {
  const found = settings.registries
    .filter(registry => registry.provider === 'ecr')
    .map(({ host, region }) => {
      const parts = /^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host)
      return { account: parts?.[1] ?? stack.account, region: parts?.[2] ?? region ?? stack.region }
    })
  return [...new Map(found.map(registry => [`${registry.account} ${registry.region}`, registry])).values()]
}
