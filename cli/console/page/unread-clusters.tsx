import type { UnreadCluster } from '../api.ts'
import { Text } from './text.tsx'

/** What is not shown, since its cluster cannot be read. */
export const UnreadClusters = ({ of, what }: { of: readonly UnreadCluster[]; what: string }) =>
  of.length === 0 ? null : (
    <ul class="findings">
      {of.map(({ cluster, message }) => (
        <li key={cluster} class="bad">
          {what} of cluster <Text of={cluster} /> are not shown, since it cannot be read: <Text of={message} />
        </li>
      ))}
    </ul>
  )
