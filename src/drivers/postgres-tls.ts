import type { ConnectionOptions } from "node:tls";

/** How a connection may be encrypted, in the words of libpq; without a mode see `tlsAttempts`. */
export interface PostgresTls {
  readonly mode?: SslMode | undefined;
  /** Certificates of authorities, and those of the client, as PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** Whether a login counts for this encrypted connection alone, so that nobody in between can pass it on. */
export const channelBindings = ["disable", "prefer", "require"] as const;
export type ChannelBinding = (typeof channelBindings)[number];

/** `false` is a connection without encryption. */
export type TlsAttempt = false | ConnectionOptions;

/**
 * What to try, in order. As libpq does: encrypted where the server can, certificates are checked only when a mode asks for it.
 * Without a mode a server on this machine is first asked without encryption, which nobody can overhear there.
 */
export function tlsAttempts({ mode, ...files }: PostgresTls, host: string): readonly [TlsAttempt, ...TlsAttempt[]] {
  // Sockets of the file system have no TLS.
  if (host.startsWith("/")) return [false];
  const certificates = Object.fromEntries(Object.entries(files).filter(([, value]) => value !== undefined));
  const unchecked: ConnectionOptions = { ...certificates, rejectUnauthorized: false };
  // Only the chain of certificates counts, not the name of the host.
  const chainChecked: ConnectionOptions = { ...certificates, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  switch (mode ?? (isLocal(host) ? "allow" : "prefer")) {
    case "disable":
      return [false];
    case "allow":
      return [false, unchecked];
    case "prefer":
      return [unchecked, false];
    case "require":
      return [files.ca === undefined ? unchecked : chainChecked];
    case "verify-ca":
      return [chainChecked];
    case "verify-full":
      // Of an address, too: older versions of pg check the name `localhost` then.
      return [{ ...certificates, rejectUnauthorized: true, host }];
  }
}

/** True when the server would have it the other way. */
export function asksForOther(error: unknown, attempt: TlsAttempt): boolean {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (attempt === false) return code === "28000" && /no encryption|SSL off/i.test(message ?? "");
  return message === "The server does not support SSL connections" || (code === "28000" && /SSL encryption|SSL on/i.test(message ?? ""));
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
