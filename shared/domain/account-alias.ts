/** A path with the first of the aliases in the place of another: the first segment of a path in ECR Public is an alias of an account. */
export function withFirstAlias(path: string, aliases: readonly string[]): string {
  const [alias = '', ...rest] = path.split('/')
  const [first] = aliases
  return first !== undefined && rest.length > 0 && aliases.includes(alias) ? [first, ...rest].join('/') : path
}

/** Every path by which the same repository is reached, itself among them. */
export function withEveryAlias(path: string, aliases: readonly string[]): readonly string[] {
  const [alias = '', ...rest] = path.split('/')
  return rest.length > 0 && aliases.includes(alias) ? aliases.map(one => [one, ...rest].join('/')) : [path]
}
