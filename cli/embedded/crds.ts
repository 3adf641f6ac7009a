import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const names = ['repositories', 'registrysecrets', 'imagecleanuppolicies']

/** The custom resource definitions that the product ships, parsed. */
export const readCrds = (): unknown[] =>
  names.map(name => parse(readFileSync(new URL(`../../infra/cluster/crds/${name}.yaml`, import.meta.url), 'utf8')))
