import { policyAddress } from './routes.ts'
import { Text } from './text.tsx'

/** Leads to the page of a policy, `cluster/namespace/name`. */
export const PolicyLink = ({ policy }: { policy: string }) => (
  <a href={policyAddress(policy)}>
    <Text of={policy} />
  </a>
)
