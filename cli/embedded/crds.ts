import { parse } from 'yaml'
import { readShipped } from '../io/read-shipped.ts'

const names = ['repositories', 'registrysecrets', 'imagecleanuppolicies'] as const

/** The custom resource definitions that the product ships, parsed. */
export const readCrds = (): unknown[] => names.map(name => parse(readShipped(`infra/cluster/crds/${name}.yaml`)))
