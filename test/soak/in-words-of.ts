/** Classes of errors by their names, as a version exports them. */
export type Errors = Readonly<Record<string, { readonly prototype: object }>>

/**
 * What fails, fails with an error of that version's own classes: it tells a registry's answer from a mistake by those.
 */
export function inWordsOf(errors: Errors): <T extends object>(target: T) => T {
  const translate = (error: unknown): never => {
    const own = error instanceof Error ? errors[error.name] : undefined
    throw own ? Object.setPrototypeOf(error, own.prototype) : error
  }
  return target =>
    new Proxy(target, {
      get(_, name) {
        const found: unknown = Reflect.get(target, name)
        if (typeof found !== 'function') return found
        return (...args: unknown[]) => {
          const answer: unknown = Reflect.apply(found, target, args)
          return answer instanceof Promise ? answer.catch(translate) : answer
        }
      },
    })
}
