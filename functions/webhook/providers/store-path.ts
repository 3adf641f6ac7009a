/** Where an image of a store is pulled from: `path` is what the store's own images stand below, '' for nothing. */
export const pathBelow = (path: string, image: string): string => (path === '' ? image : `${path}/${image}`)
