// A local stand-in for the API of Pipedrive: the same paths, the same shapes, made-up records.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export const token = "a-token-that-only-the-stand-in-takes";

/** Hashes of the custom fields. */
export const hashes = {
  dealSize: "dcf558aac1ae4e8c4f849ba5e668430d8df9be12",
  budget: "9dc80c50d78a15643bfc4ca79d76156a73a1ca0e",
  products: "5b1f9a3d7c2e4f60918273645546372819000abc",
  birthday: "2f4a6c8e0b1d3f5a7c9e1b3d5f7a9c1e3b5d7f90",
  tier: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
} as const;

export interface PipedriveServer extends AsyncDisposable {
  /** What `https://api.pipedrive.com/v1/` is for the real service. */
  readonly url: string;
  /** Paths of all requests so far, with their query. */
  readonly requests: readonly string[];
  /** Everything it answers, by path. To be changed in place. */
  readonly collections: { [path: string]: Record<string, unknown>[] };
}

export async function startPipedriveServer(): Promise<PipedriveServer> {
  const requests: string[] = [];
  const stored = collections();
  const http = createServer((request, response) => {
    requests.push(request.url ?? "");
    const { status, body } = answerTo(request, stored);
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1/`,
    requests,
    collections: stored,
    [Symbol.asyncDispose]: () => close(http),
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function answerTo(request: IncomingMessage, stored: PipedriveServer["collections"]): Answer {
  const url = new URL(request.url ?? "/", "http://localhost");
  const records = stored[url.pathname.replace("/v1/", "")];
  if (request.headers["x-api-token"] !== token)
    return { status: 401, body: { success: false, error: "unauthorized access", errorCode: 401 } };
  if (records === undefined) return { status: 404, body: { success: false, error: "Unknown method ." } };
  const start = Number(url.searchParams.get("start") ?? 0);
  const limit = Math.min(Number(url.searchParams.get("limit") ?? 100), 500);
  const end = start + limit;
  const hasMore = end < records.length;
  const pagination = { start, limit, more_items_in_collection: hasMore, ...(hasMore ? { next_start: end } : {}) };
  const data = records.length === 0 ? null : records.slice(start, end);
  return { status: 200, body: { success: true, data, additional_data: { pagination } } };
}

function close(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

function collections(): PipedriveServer["collections"] {
  const standard = (...keys: string[]) =>
    keys.map((key, index) => ({ id: index + 1, key, name: key, field_type: "varchar", edit_flag: false, options: null }));
  const custom = (id: number, key: string, name: string, field_type: string, labels: readonly string[] = []) => ({
    id,
    key,
    name,
    field_type,
    edit_flag: true,
    options: labels.length === 0 ? null : labels.map((label, index) => ({ id: id * 10 + index, label })),
  });
  const { dealSize, budget, products, birthday, tier } = hashes;
  return {
    dealFields: [
      ...standard("id", "title", "value", "currency", "status", "person_id", "org_id", "update_time"),
      custom(20, dealSize, "Deal size", "enum", ["Small", "Medium", "Large"]),
      custom(21, budget, "Yearly budget", "monetary"),
      custom(22, products, "Products", "set", ["Flour", "Ovens", "Training"]),
    ],
    personFields: [...standard("id", "name", "email", "org_id"), custom(30, birthday, "Birthday", "date")],
    organizationFields: [...standard("id", "name", "address"), custom(40, tier, "Customer tier", "enum", ["Gold", "Silver"])],
    deals: [
      deal(1, "Bakery Ala", { [dealSize]: "202", [budget]: 1200, [`${budget}_currency`]: "EUR", [products]: "220,221" }),
      deal(2, "Mill Bob", { [dealSize]: "200", [budget]: null, [`${budget}_currency`]: null, [products]: "222" }),
      deal(3, "Café Celia", { [dealSize]: null, [budget]: 300, [`${budget}_currency`]: "USD", [products]: null }),
    ],
    persons: [
      { id: 1, name: "Ala", email: [{ label: "work", value: "ala@example.org", primary: true }], org_id: 1, [birthday]: "1990-04-01" },
      { id: 2, name: "Bob", email: [], org_id: 2, [birthday]: null },
    ],
    organizations: [
      { id: 1, name: "Bakery Ala", address: "1 Mill Lane", [tier]: "400" },
      { id: 2, name: "Mill Bob", address: null, [tier]: "401" },
    ],
  };
}

function deal(id: number, title: string, custom: Record<string, unknown>): Record<string, unknown> {
  const time = `2026-11-0${id} 10:00:00`;
  return { id, title, value: id * 1000, currency: "EUR", status: "open", person_id: 1, org_id: 1, update_time: time, ...custom };
}
