import { receiverSteps } from './charges.ts';
import { funcOf } from './go-type.ts';
import type { GoType } from './go-type.ts';
import { methodOf } from './go/methods.ts';
import { GoFunc, goTypeOf } from './value.ts';
import type { Value } from './value.ts';

/** The type of a type's method as reflect.Type.Method gives it, the receiver first; undefined if it has none. */
export function methodType(receiver: GoType, name: string): GoType | undefined {
  const method = methodOf(receiver, name);
  if (method === undefined) return undefined;
  const { params = [], results = [] } = method.type;
  return funcOf([receiver, ...params], results);
}

/** A value's method as a function; undefined if it has none. */
export function boundMethod(receiver: Value, name: string): GoFunc | undefined {
  const type = goTypeOf(receiver);
  const method = type === undefined ? undefined : methodOf(type, name);
  return method === undefined
    ? undefined
    : new GoFunc(method.type, (args, meter) => {
        meter?.spend(receiverSteps(receiver, name));
        return method.call(receiver, args);
      });
}
