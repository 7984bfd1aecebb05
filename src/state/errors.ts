import { StateError } from "../core/errors.ts";
import { pathText } from "./path.ts";

/** State holds what cannot be stored, or its stored text cannot be read. `path` names the place. */
export class InvalidStateError extends StateError {
  readonly code = "state-invalid" as const;
}

/** A write to state that may only be read. */
export class StateAccessError extends StateError {
  readonly code = "state-access" as const;
}

/** Two runs changed one slot of the state; the one that commits later has read rows that the other stored, or cannot know which value is right. `path` names the slot. */
export class StateConflictError extends StateError {
  readonly code = "state-conflict" as const;
  readonly #slot: readonly string[];

  constructor(slot: readonly string[], by: ConflictWith = "run") {
    const [, source, branch, resource] = slot;
    const name = branch === "resources" ? `resource \`${resource}\` of source \`${source}\`` : `\`${branch}\` of source \`${source}\``;
    super(`The state of ${name} ${problems[by]}`, { path: pathText(slot) });
    this.#slot = slot;
  }

  /** The same conflict, met by another kind of change. */
  metBy(by: ConflictWith): StateConflictError {
    return new StateConflictError(this.#slot, by);
  }
}

/** What met the change of another run. */
type ConflictWith = "run" | "edit" | "drop" | "unstored";

const problems: { readonly [by in ConflictWith]: string } = {
  run:
    "was changed by this run, and also by another one that was committed since this run began. " +
    "Nothing of the package was stored. Give its packages up with abort-packages and run again: the rows are extracted anew, from the state of the other run. " +
    "Let only one pipeline at a time run that resource.",
  edit: "was edited here, and also changed by a run that was committed at the same moment. Nothing was stored. Look at it, and edit it again.",
  drop: "was to be dropped, and was changed by a run that was committed at the same moment. Nothing was dropped. Drop it again.",
  unstored:
    "was changed here while state was not stored (`restore_from_destination`), and also by another run. Nothing was changed now. " +
    "To go on from the stored one, take it with `leat pipeline NAME sync`; what was loaded meanwhile from here is then read again.",
};
