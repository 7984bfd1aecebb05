import { describe, expectTypeOf, it } from "vitest";
import { type Resource, resource } from "./resource.ts";
import { transformer } from "./transformer.ts";

interface User {
  id: number;
  name: string;
}
type Row<R> = R extends Resource<string, infer X> ? X : never;
declare const users: Resource<"users", User>;

describe("a transformer", () => {
  it("gets a row of its parent and gives the type of what it yields", () => {
    const generated = transformer(users, "details", async function* (user, { signal }) {
      expectTypeOf(user).toEqualTypeOf<User>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      yield { userId: user.id, at: new Date() };
    });
    expectTypeOf(generated).toEqualTypeOf<Resource<"details", { userId: number; at: Date }>>();
    const list = transformer(users, "d", (user) => [{ n: user.id }]);
    expectTypeOf<Row<typeof list>>().toEqualTypeOf<{ n: number }>();
    const promise = transformer(users, "d", { primaryKey: "n", parallel: true }, async (user) => ({ n: user.id }));
    expectTypeOf<Row<typeof promise>>().toEqualTypeOf<{ n: number }>();
  });

  it('gets a page with per: "page"', () => {
    const paged = transformer(users, "details", { per: "page", primaryKey: "n" }, async (page) => {
      expectTypeOf(page).toEqualTypeOf<readonly User[]>();
      return page.map((user) => ({ n: user.id }));
    });
    expectTypeOf<Row<typeof paged>>().toEqualTypeOf<{ n: number }>();
  });

  it("chains with pipe", () => {
    const details = (parent: Resource<string, User>) => transformer(parent, "details", (user) => [{ n: user.id }]);
    const more = users.pipe(details).pipe((parent) => transformer(parent, "more", { selected: false }, ({ n }) => ({ n })));
    expectTypeOf(more).toEqualTypeOf<Resource<"more", { n: number }>>();
    // @ts-expect-error wrong parent
    resource("g", [{ a: 1 }]).pipe(details);
  });

  it("has its keys checked", () => {
    // @ts-expect-error no such key
    transformer(users, "details", { primaryKey: "nn" }, async (user) => ({ n: user.id }));
    // @ts-expect-error no such word
    transformer(users, "details", { per: "item" }, async (user) => ({ n: user }));
  });
});
