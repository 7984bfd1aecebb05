import type { Terminal } from "./terminal.ts";

export interface ForeignWrites {
  /** False while the last thing written to the terminal has no line end. */
  readonly isAtLineStart: boolean;
  /** Runs writes that are not foreign. */
  pass(write: () => void): void;
  end(): void;
}

/** Calls `before` ahead of whatever the program writes to the terminal by itself, be it on standard output or standard error. */
export function watchWrites(terminal: Terminal, before: () => void): ForeignWrites {
  const state = { isAtLineStart: true, isOwn: false, isOver: false };
  const note = (chunk: unknown): void => {
    if (state.isOwn || state.isOver) return;
    before();
    const text = typeof chunk === "string" ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString("latin1") : "";
    if (text !== "") state.isAtLineStart = text.endsWith("\n");
  };
  const restore = streamsOf(terminal).map((stream) => wrapWrite(stream, note));
  return {
    get isAtLineStart() {
      return state.isAtLineStart;
    },
    pass: (write) => {
      state.isOwn = true;
      try {
        write();
      } finally {
        state.isOwn = false;
      }
    },
    end: () => {
      state.isOver = true;
      for (const each of restore) each();
    },
  };
}

function streamsOf(terminal: Terminal): Terminal[] {
  return terminal === process.stderr && process.stdout.isTTY ? [process.stderr, process.stdout] : [terminal];
}

function wrapWrite(stream: Terminal, note: (chunk: unknown) => void): () => void {
  const original = Object.getOwnPropertyDescriptor(stream, "write");
  const inner = stream.write;
  const wrapped = function (this: Terminal, ...parameters: Parameters<Terminal["write"]>): unknown {
    note(parameters[0]);
    return inner.apply(this, parameters);
  };
  stream.write = wrapped;
  return () => {
    // Somebody else who wrapped it after us keeps our function: it goes on as a plain pass.
    if (stream.write !== wrapped) return;
    if (original === undefined) delete (stream as { write?: unknown }).write;
    else Object.defineProperty(stream, "write", original);
  };
}
