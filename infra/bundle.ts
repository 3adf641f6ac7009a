import { join, parse } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'
import { bundleFile } from '../shared/bundle-names.ts'
import { isKubeconfigReader, standIns } from '../shared/kubernetes-stand-ins.ts'

const root = join(import.meta.dirname, '..')

/** `name` is that of a function of the wiring, and of its folder. */
export const entryOf = (name: string): string => join(root, 'functions', name, 'handler.ts')

const withoutKubernetesCalls: Plugin = {
  name: 'without-kubernetes-calls',
  setup(build) {
    const namespace = 'without-kubernetes-calls'
    build.onResolve({ filter: /^undici$|^\.\/gen\/index\.js$/ }, ({ path, importer }) =>
      isKubeconfigReader(importer) ? { path, namespace, sideEffects: false } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: standIns[path] ?? '', loader: 'js' }))
  },
}

/** How esbuild bundles code of ours for Node. Complete: what a runtime already has is not what was tested. */
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

const { name: startFile, ext } = parse(bundleFile)

/**
 * The bundle of a function, into a folder of its own: the file that Lambda starts, and beside it what is imported late, in files
 * that are read by then alone. In one file esbuild would keep the whole of each client that is imported late.
 */
export const bundleOf = (name: string, outdir: string) =>
  ({
    ...bundleShape,
    // The names of the files are made of where the sources lie from here.
    absWorkingDir: root,
    splitting: true,
    entryPoints: { [startFile]: entryOf(name) },
    outdir,
    outExtension: { '.js': ext },
  }) as const satisfies BuildOptions
