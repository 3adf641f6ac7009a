import type { HttpResponse } from '../../http/client.ts'
import { codesOf } from '../oci/error-codes.ts'

const mend = 'change the immutability rule of the project if it may go'

/** Why a tag or an artifact stays that Harbor answered 412 about. */
export const immutableText = (response: HttpResponse): string =>
  `immutable: Harbor answered ${['412', ...codesOf(response)].join(' ')} to the delete; ${mend}`

/** The same of a tag of which the list said so. */
export const listedImmutableText = (tag: string): string => `tag ${tag} kept: immutable in Harbor; ${mend}`
