/** What Lambda starts of a bundle: the file, and its export. */
export const bundleFile = 'index.mjs'
export const bundleHandler = 'index.handler'
