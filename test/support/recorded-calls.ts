/** The same object, and the name of whatever was asked of it, in order. */
export function recordedCalls<T extends object>(target: T): { readonly recorded: T; readonly calls: string[] } {
  const calls: string[] = []
  const recorded = new Proxy(target, {
    get: (object, name, receiver) => {
      calls.push(String(name))
      return Reflect.get(object, name, receiver)
    },
  })
  return { recorded, calls }
}
