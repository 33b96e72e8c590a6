/** Options of every call. */
export interface CallOptions {
  /** Cancels the call: it rejects with kind `cancelled`, and what it was sending is stopped. */
  signal?: AbortSignal | undefined;
}

/** The options of a call: `null` means none. */
export function given<T extends object>(options: T | null | undefined): T {
  return options ?? ({} as T);
}

/** Something for the user pool's Lambda triggers. */
export interface ClientMetadata {
  clientMetadata?: Record<string, string> | undefined;
}
