import { cpSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the package that holds the bundle of a function. */
export const sourceOf = (name: string): string => join(import.meta.dirname, 'functions', name)

/** Puts the bundle of a function, as the package brings it, into a folder. */
export const putBundle = (name: string, folder: string): void => cpSync(sourceOf(name), folder, { recursive: true })
