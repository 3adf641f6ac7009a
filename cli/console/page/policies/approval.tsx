import type { WaitingApproval } from '../../api.ts'
import { ActionButton } from '../action-button.tsx'
import { useClient } from '../client-context.ts'
import { repositoryAddress } from '../routes.ts'
import { Text } from '../text.tsx'

interface ApprovalProps {
  readonly policy: string
  readonly waiting: WaitingApproval
  readonly onApproved: () => void
}

/** What a person has to approve, with its numbers, and the button that approves that very plan. */
export function Approval({ policy, waiting, onApproved }: ApprovalProps) {
  const client = useClient()
  const { hash, message, repositories, count } = waiting
  return (
    <section class="panel warning" aria-labelledby="approval">
      <h2 id="approval">Waits for approval</h2>
      <p>
        <Text of={message} />
      </p>
      <ul class="findings">
        {repositories.map(({ repository, images, toDelete, approved }) => (
          <li key={repository}>
            <a href={repositoryAddress(repository)}>
              <Text of={repository} />
            </a>
            : {toDelete} of {images} images would be deleted{approved > 0 && `, ${approved} of them are approved`}
          </li>
        ))}
      </ul>
      {count > repositories.length && <p class="quiet">and {count - repositories.length} more repositories</p>}
      <ActionButton
        title="Approve this plan"
        act={() => client.post('/api/approve', { policy, hash })}
        onDone={onApproved}
      />
    </section>
  )
}
