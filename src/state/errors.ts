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

  constructor(path: readonly string[], by: "run" | "edit" = "run") {
    const [, source, branch, resource] = path;
    const slot = branch === "resources" ? `resource \`${resource}\` of source \`${source}\`` : `\`${branch}\` of source \`${source}\``;
    super(
      by === "run"
        ? `The state of ${slot} was changed by this run, and also by another one that was committed since this run began. ` +
            "Nothing of the package was stored. Give its packages up with abort-packages and run again: the rows are extracted anew, from the state of the other run. " +
            "Let only one pipeline at a time run that resource."
        : `The state of ${slot} was edited here, and also changed by a run that was committed at the same moment. Nothing was stored. Look at it, and edit it again.`,
      { path: path.join(".") },
    );
  }
}
