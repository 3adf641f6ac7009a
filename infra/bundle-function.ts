import { build } from 'esbuild'
import { bundleOf } from './bundle.ts'

// A program of its own: the CDK app waits for its assets, and esbuild gives only a promise where there are plugins.
const [name, folder] = process.argv.slice(2)
if (name === undefined || folder === undefined) throw new Error('expected the name of a function and a folder')
await build(bundleOf(name, folder))
