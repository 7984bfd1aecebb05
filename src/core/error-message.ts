/** Its message; of an AggregateError without one those of its errors: that is what Node throws when all addresses of a host refuse. */
export function errorMessage(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message;
  const messages = error.errors.map((each: unknown) => (each instanceof Error ? errorMessage(each) : String(each)));
  return [...new Set(messages)].join("; ");
}
