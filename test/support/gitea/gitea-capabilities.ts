import type { RegistryUnderTest } from '../../contract/registry-under-test.ts'

/** What a Gitea can do, the fake and the real one alike. */
export const giteaCapabilities: RegistryUnderTest['capabilities'] = {
  tagDeletion: 'oci',
  lastTagHoldsImage: false,
  listsDigests: false,
  listsRepositories: true,
  tellsTimes: false,
  describes: false,
  listsReferrersByApi: false,
  servesConfigs: true,
  keepsSiblings: true,
  refusesMissingBlobs: true,
  keepsBlobs: false,
  holdsChildren: false,
  referrersGoAlong: false,
  collects: 'from an archive of layers',
}
