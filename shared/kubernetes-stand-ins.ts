/**
 * What the Kubernetes client's reader of kubeconfigs imports for its own HTTP calls and nothing else: undici and the
 * generated API, 760 KB of a bundle and 68 MB of a process. We make the calls ourselves, so classes that can only throw
 * take their place. A reader that asks these modules for more does not load.
 */
export const standIns: Readonly<Record<string, string>> = {
  undici: `${unused('Agent')};${unused('ProxyAgent')}`,
  './gen/index.js': `${unused('ServerConfiguration')};export const createConfiguration = () => new ServerConfiguration()`,
}

/** Whether this module, by its path or URL, is that reader. */
export const isKubeconfigReader = (importer: string): boolean =>
  /@kubernetes\/client-node\/dist\/config\.js$/.test(importer.replaceAll('\\', '/'))

function unused(name: string): string {
  return `export class ${name} { constructor() { throw new Error('${name} is left out') } }`
}
