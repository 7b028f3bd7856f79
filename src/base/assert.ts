/** States what must hold if our own code is right. For anything a caller or an upstream can cause, throw a Fault. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new AssertionError(why);
}

/** Closes a switch over a union: the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}

class AssertionError extends Error {
  override readonly name = "AssertionError";
}
