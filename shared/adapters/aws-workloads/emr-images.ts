import type { Application, ImageConfiguration, WorkerTypeSpecification } from '@aws-sdk/client-emr-serverless'
import { atDigest } from './image-names.ts'

interface Configured {
  readonly imageConfiguration?: ImageConfiguration | undefined
  readonly workerTypeSpecifications?: Record<string, WorkerTypeSpecification> | undefined
}

/** As it is described. */
export type EmrApplication = Partial<Application>

/** One for all workers, or one for a type of them; none where EMR's own is used. */
export const imagesOf = ({ imageConfiguration, workerTypeSpecifications = {} }: Configured = {}): string[] =>
  [imageConfiguration, ...Object.values(workerTypeSpecifications).map(one => one.imageConfiguration)].flatMap(one =>
    one?.imageUri ? [atDigest(one.imageUri, one.resolvedImageDigest)] : [],
  )
