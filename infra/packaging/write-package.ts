import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackage } from './build-package.ts'
import { commandFile } from './bundle-command.ts'
import { projectRoot } from './project-root.ts'

const dist = join(projectRoot, 'dist')
const folder = join(dist, 'package')
await buildPackage(folder)
copyFileSync(join(folder, commandFile), join(dist, commandFile))
process.stdout.write(`package  ${folder}\ncommand  ${join(dist, commandFile)}\n`)
