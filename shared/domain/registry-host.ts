/** The one spelling of Docker Hub. */
export const dockerHub = 'docker.io'
const dockerHubNames = new Set([dockerHub, 'index.docker.io', 'registry-1.docker.io'])
const hostPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?$/
const maxHostLength = 259

/** True for a host name or IPv4 address in lower case, with a port where one is given: no scheme, no path, no brackets. */
export const isRegistryHost = (text: string): boolean => text.length <= maxHostLength && hostPattern.test(text)

/**
 * The spelling that every name of one registry shares, in image names, settings, RegistrySecrets and the keys of pull
 * Secrets: lower case, without the default port of https, and one name for Docker Hub. Checks nothing: see
 * {@link isRegistryHost}.
 */
export const normalHost = (spelled: string): string => {
  const host = spelled
    .toLowerCase()
    .replace(/:0*([0-9]+)$/, ':$1')
    .replace(/:443$/, '')
  return dockerHubNames.has(host) ? dockerHub : host
}

/** A path of one segment on Docker Hub is one of its official images: `nginx` is `library/nginx`. */
export const normalPath = (host: string, path: string): string =>
  host === dockerHub && !path.includes('/') ? `library/${path}` : path
