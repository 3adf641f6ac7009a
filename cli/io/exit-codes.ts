import type { Command } from 'commander'

const badInput = 2

/** A mistake in the flags is bad input like any other, with exit code 2. */
export const withExitCodes = (command: Command): Command =>
  command.exitOverride(error => process.exit(error.exitCode === 0 ? 0 : badInput))
