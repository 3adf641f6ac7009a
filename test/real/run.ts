import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installParts } from './install.ts'

/** `npm run test:real`: gets the real parts, then runs the suites that need them. Fails, never skips, when one is missing. */
await installParts()
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url))
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config], { stdio: 'inherit' })
process.exit(status ?? 1)
