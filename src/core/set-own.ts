/** Sets a member whatever its name: an assignment to `__proto__` would change the prototype, or do nothing. */
export function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
