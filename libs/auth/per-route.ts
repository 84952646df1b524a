import type { ExecutionContext, Type } from '@nestjs/common';

/** What the decorators say of a route, worked out with its first request: each look at metadata walks up prototypes. */
export function perRoute<T>(look: (handler: object, controller: Type) => T): (context: ExecutionContext) => T {
  const known = new WeakMap<object, WeakMap<object, T>>();
  return (context) => {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    let ofClass = known.get(controller);
    if (!ofClass) known.set(controller, (ofClass = new WeakMap()));
    let found = ofClass.get(handler);
    if (found === undefined) ofClass.set(handler, (found = look(handler, controller)));
    return found;
  };
}
