/** Gives what `make` makes when it is first asked for, and the same from then on: of a promise that was rejected, the rejection. */
export function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
