import type { Runtime } from "../core/runtime.ts";

export function dateNow(runtime: Runtime): Date {
  return new Date(runtime.nowMicros() / 1000);
}
