import { expectTypeOf, test } from "vitest";
import type { Decimal } from "../../index.ts";
import { type Destination, field, pipeline } from "../../index.ts";
import { type CustomDestinationContext, destination } from "./index.ts";

test("rows are loose, unless the function says what it takes", () => {
  destination("sink", {}, (rows) => void expectTypeOf(rows).toEqualTypeOf<readonly Record<string, unknown>[]>());
  destination("sink", { batchSize: 100 }, async (rows: readonly { id: number; amount: Decimal }[]) => {
    expectTypeOf(rows[0]!.amount).toEqualTypeOf<Decimal>();
  });
  // @ts-expect-error a row is an object
  destination("sink", {}, (rows: readonly number[]) => void rows);
});

test("batchSize 0 gives a path", () => {
  destination("files", { batchSize: 0 }, (path) => void expectTypeOf(path).toEqualTypeOf<string>());
  // @ts-expect-error without it there are rows
  destination("files", {}, (path: string) => void path);
});

test("what is looked up is typed by its spec", () => {
  const config = { token: field.secret("Token."), db: { port: field.count("Port.") } };
  destination("crm", { config }, (_, context) => {
    expectTypeOf(context.config.token).toEqualTypeOf<string>();
    expectTypeOf(context.config.db.port).toEqualTypeOf<number>();
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
    // @ts-expect-error not in the spec
    context.config.user;
  });
  const named = (_: readonly object[], { config: { token } }: CustomDestinationContext<{ token: string }>): void => void token;
  destination("crm", { config }, named);
});

test("is a destination of a pipeline", () => {
  const sink = destination("sink", {}, () => {});
  expectTypeOf(sink).toEqualTypeOf<Destination<"custom">>();
  pipeline({ destination: sink });
  // @ts-expect-error unknown option
  destination("sink", { batchsize: 10 }, () => {});
  // @ts-expect-error not a duration
  destination("sink", { timeout: "soon" }, () => {});
});
