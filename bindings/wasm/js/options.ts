/** What every call takes. */
export interface CallOptions {
  /** Cancels the call: it rejects with code `cancelled`, and what it was sending is stopped. */
  signal?: AbortSignal | undefined;
}

/** Something for the user pool's Lambda triggers. */
export interface ClientMetadata {
  clientMetadata?: Record<string, string> | undefined;
}
