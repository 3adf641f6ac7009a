/** The variables of the dashboard as queries ask for them. An image is of a registry that it begins with. */
const cluster = 'cluster=~"$cluster"'
const namespace = 'namespace=~"$namespace"'
const ofRegistry = '=~"$registry(/.*)?"'

export const inCluster = `{${cluster}}`
export const inNamespace = `{${cluster}, ${namespace}}`
export const ofImages = `{${cluster}, image${ofRegistry}}`
export const ofImagesInNamespace = `{${cluster}, ${namespace}, image${ofRegistry}}`
export const ofRepositories = `{${cluster}, ${namespace}, repository${ofRegistry}}`
export const inRegistry = `{${cluster}, registry=~"$registry"}`
export const inRegistryAndNamespace = `{${cluster}, ${namespace}, registry=~"$registry"}`

/** Of what a scrape a minute tells: a window that has two of them in any case. */
export const window = '$__rate_interval'
