import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Folders whose files take long however short they are. Begun last, one of them would keep a core idle at the end. */
const slow = /\/test\/(crash|fuzz|install|interop|servers)\//;

/** The order of vitest, large files first, after those that are known to be slow. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(({ moduleId }) => slow.test(moduleId)), ...sorted.filter(({ moduleId }) => !slow.test(moduleId))];
  }
}
