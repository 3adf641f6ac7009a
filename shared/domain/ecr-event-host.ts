/**
 * The host of the private ECR registry that an event is of; the events name account and region alone.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
export const ecrEventHost = (account: string, region: string): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** True for a host as {@link ecrEventHost} makes them. */
export function isEcrEventHost(host: string): boolean {
  const [account, region] = /^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(host)?.slice(1) ?? []
  return account !== undefined && region !== undefined && host === ecrEventHost(account, region)
}
