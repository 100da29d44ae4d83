/**
 * A service with some of its operations replaced.
 *
 * @since 0.1.0
 */

/** The names that an object has of its class. */
const inherited = (service: object): ReadonlyArray<string> => {
  const names: Array<string> = []
  let prototype: unknown = Object.getPrototypeOf(service)
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    names.push(...Object.getOwnPropertyNames(prototype))
    prototype = Object.getPrototypeOf(prototype)
  }
  return names.filter((name) => name !== "constructor")
}

/**
 * The service with these operations, and all others as they were: also those that an instance has of its class, which go
 * on working on the instance.
 *
 * @category combinators
 * @since 0.1.0
 */
export function over<Service extends object>(service: Service, operations: Partial<Service>): Service
export function over(service: object, operations: object): object
export function over(service: object, operations: object): object {
  const all = { ...service, ...operations }
  for (const name of inherited(service)) {
    if (Object.hasOwn(all, name)) continue
    const get = (): unknown => {
      const operation: unknown = Reflect.get(service, name)
      return typeof operation === "function" ? operation.bind(service) : operation
    }
    Object.defineProperty(all, name, { get, enumerable: true, configurable: true })
  }
  return all
}
