import type { AwsAction, AwsListing, AwsPage, CallOptions } from './aws-listing.ts'

/** The ids of the jobs that are in one of these states, one state after the other. */
export async function listJobIds<Status>(
  action: AwsAction,
  statuses: readonly Status[],
  listing: AwsListing,
  read: (
    status: Status,
    token: string | undefined,
    options: CallOptions,
  ) => Promise<AwsPage<{ readonly jobId?: string | undefined }>>,
): Promise<string[]> {
  const ids: string[] = []
  for (const status of statuses) {
    const found = await listing.all(action, (token, options) => read(status, token, options))
    ids.push(...found.flatMap(({ jobId }) => jobId ?? []))
  }
  return ids
}
