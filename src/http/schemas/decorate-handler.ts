/** Applies the decorator of a method from the decorator of one of its parameters. */
export function decorateHandler(
  target: object,
  method: string | symbol | undefined,
  decorator: MethodDecorator,
): void {
  const handler = method !== undefined && Object.getOwnPropertyDescriptor(target, method);
  if (!handler) throw new TypeError('This decorator is for a parameter of a method.');
  decorator(target, method, handler);
}
