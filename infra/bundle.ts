import { join } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/** What Lambda starts of a bundle: the file, and its export. */
export const bundleFile = 'index.mjs'
export const bundleHandler = 'index.handler'

/** `name` is that of a function of the wiring, and of its folder. */
export const entryOf = (name: string): string => join(root, 'functions', name, 'handler.ts')

/**
 * What the Kubernetes client's reader of kubeconfigs imports for its own HTTP calls and nothing else: the 760 KB of undici
 * and the generated API. We make the calls ourselves, so a bundle gets classes in their place that can only throw. Should
 * a later version ask these modules for more, the bundle does not build.
 */
const withoutKubernetesCalls: Plugin = {
  name: 'without-kubernetes-calls',
  setup(build) {
    const reader = /@kubernetes\/client-node\/dist\/config\.js$/
    const namespace = 'without-kubernetes-calls'
    build.onResolve({ filter: /^undici$|^\.\/gen\/index\.js$/ }, ({ path, importer }) =>
      reader.test(importer.replaceAll('\\', '/')) ? { path, namespace, sideEffects: false } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: standIns[path] ?? '', loader: 'js' }))
  },
}

const unused = (name: string): string =>
  `export class ${name} { constructor() { throw new Error('${name} is not part of this bundle') } }`

const standIns: Readonly<Record<string, string>> = {
  undici: `${unused('Agent')};${unused('ProxyAgent')}`,
  './gen/index.js': `${unused('ServerConfiguration')};export const createConfiguration = () => new ServerConfiguration()`,
}

/** How esbuild bundles what Lambda runs. Complete: what a runtime brings along is not what was tested. */
export const bundleShape = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  // CommonJS inside the bundle asks for node's own modules by `require`, which ES modules do not have.
  banner: {
    js: "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);",
  },
  plugins: [withoutKubernetesCalls],
} as const satisfies BuildOptions
