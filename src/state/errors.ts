import { StateError } from "../core/errors.ts";

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

  constructor(path: readonly string[], by: "run" | "edit" | "drop" | "unstored" = "run") {
    const [, source, branch, resource] = path;
    const slot = branch === "resources" ? `resource \`${resource}\` of source \`${source}\`` : `\`${branch}\` of source \`${source}\``;
    super(`The state of ${slot} ${problems[by]}`, { path: path.join(".") });
  }
}

const problems = {
  run:
    "was changed by this run, and also by another one that was committed since this run began. " +
    "Nothing of the package was stored. Give its packages up with abort-packages and run again: the rows are extracted anew, from the state of the other run. " +
    "Let only one pipeline at a time run that resource.",
  edit: "was edited here, and also changed by a run that was committed at the same moment. Nothing was stored. Look at it, and edit it again.",
  drop: "was to be dropped, and was changed by a run that was committed at the same moment. Nothing was dropped. Drop it again.",
  unstored:
    "was changed here while state was not stored (`restore_from_destination`), and also by another run. Nothing was changed now. " +
    "To go on from the stored one, take it with `leat pipeline NAME sync`; what was loaded meanwhile from here is then read again.",
} as const;
