import { InvalidInputError } from '../../shared/errors.ts'
import type { UnknownHereError } from '../../shared/restore/unknown-here.ts'
import { otherOwner, whoseAre } from '../connect/whose-cluster.ts'
import type { Asked } from './clusters-to-restore.ts'

/** What was never deleted here may be another installation's to put back: then with its name, and this one's. */
export async function otherWhoKnows(error: UnknownHereError, installation: Asked): Promise<InvalidInputError> {
  const { concerns } = error
  const concerned = (await installation.connectClusters('executor')).filter(({ name }) =>
    'cluster' in concerns ? name === concerns.cluster : installation.rulebook.pullsFrom(concerns.registry, name),
  )
  for (const { cluster, whose } of await whoseAre(concerned, installation))
    if (whose.kind === 'other') {
      const other = otherOwner(cluster.name, whose.holder, await installation.findId(), 'that one may have deleted it')
      return new InvalidInputError(`${error.message}; ${other.message}`, { cause: error })
    }
  return error
}
