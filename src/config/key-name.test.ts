import { expect, it } from "vitest";
import { keyName } from "./key-name.ts";

it.each([
  ["apiToken", "api_token"],
  ["api_token", "api_token"],
  ["host", "host"],
  ["dbURL", "db_url"],
  ["parseHTMLText", "parse_html_text"],
  ["s3Bucket", "s3_bucket"],
  ["accessKeyId", "access_key_id"],
])("%s is looked up as %s", (name, key) => {
  expect(keyName(name)).toBe(key);
});
