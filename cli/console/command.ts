import { Command } from 'commander'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { parsePort } from '../io/parse-port.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags extends InstallationTarget {
  readonly port: string
}

const notes = `
Prints an address for the browser of this machine and serves it until Ctrl-C: what the other commands tell, and what they
do, with your rights. The address is good for one tab, and the next one is printed once it is used. It answers to 127.0.0.1
only.

Example:
  shelflife console

Exit codes: 0 ended; 1 the installation does not answer; 2 bad input.`

/** `shelflife console`: the page of an installation, for whoever runs it. */
export const consoleCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('console'))
      .description('a page for the browser: what there is, what goes and why, and how to get it back')
      .option('--port <n>', 'port on 127.0.0.1; 0 takes any free one', '0'),
  )
    .addHelpText('after', notes)
    .action(async ({ port, ...target }: Flags) => {
      const asked = parsePort('--port', port)
      const { buildPage } = await import('./page-assets.ts')
      const { startConsole } = await import('./start-console.ts')
      await withInstallation(target, async installation => {
        const running = await startConsole({
          installation,
          page: await buildPage(),
          port: asked,
          onNextAddress: address => print(`for another tab  ${address}`),
          onError: printError,
        })
        print(`console  ${running.address()}`)
        await stopAsked()
        await running.close()
      })
    })

const print = (line: string): Promise<void> => writeAll([`${line}\n`], process.stdout)

const printError = (path: string, error: unknown): void => {
  process.stderr.write(`${path}: ${error instanceof Error ? error.stack : String(error)}\n`)
}

const stopAsked = (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
  return promise
}
