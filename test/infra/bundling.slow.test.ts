import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { functionCode } from '../../infra/constructs/function-code.ts'
import { bundleFile, bundleHandler } from '../../shared/bundle-names.ts'

const registries = Array.from({ length: 3000 }, (_, at) => ({
  host: `registry-${at}.of-a-rather-long-name-in-the-estate.example.com`,
}))
const { settings } = parseConfig({ settings: { registries } })

/** Settings longer than any command line may be. */
describe('the code of functions with long settings', () => {
  const names = ['webhook', 'inventory'] as const
  let outdir: string
  let assets: string[]
  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'shelflife-synth-'))
    const app = new App({ outdir, analyticsReporting: false })
    const stack = new Stack(app, 'functions')
    for (const name of names)
      new LambdaFunction(stack, name, {
        code: functionCode(name, settings),
        handler: bundleHandler,
        runtime: Runtime.NODEJS_24_X,
      })
    app.synth()
    assets = readdirSync(outdir).filter(entry => entry.startsWith('asset.'))
  })
  afterAll(() => rmSync(outdir, { recursive: true, force: true }))

  it('is an asset for each function', () => {
    expect(assets).toHaveLength(names.length)
  })

  it('holds the bundle, and the whole settings beside it', () => {
    for (const asset of assets) {
      const text = readFileSync(join(outdir, asset, 'settings.json'), 'utf8')

      expect(readdirSync(join(outdir, asset))).toEqual(expect.arrayContaining([bundleFile, 'settings.json']))
      expect(text.length).toBeGreaterThan(200_000)
      expect(JSON.parse(text)).toEqual(settings)
    }
  })

  it('holds every file that one of its files imports, at once or late', () => {
    for (const asset of assets) {
      const files = readdirSync(join(outdir, asset)).filter(file => file.endsWith('.mjs'))
      const texts = files.map(file => readFileSync(join(outdir, asset, file), 'utf8'))
      const imported = texts.flatMap(text => [...text.matchAll(/["']\.\/([\w.-]+\.mjs)["']/g)].map(([, file]) => file))

      expect(imported.length).toBeGreaterThan(0)
      expect(files).toEqual(expect.arrayContaining([...new Set(imported)]))
    }
  })
})
