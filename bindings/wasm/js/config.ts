/**
 * A `poolpass.json`. `region` with `userPool` or `identityPool` is all that is needed; an endpoint that is absent or null is
 * AWS's own.
 */
export interface PoolpassConfig {
  region?: string;
  userPool?: { id: string; clientId: string; clientSecret?: string | null; domain?: string | null } | null;
  identityPool?: { id: string } | null;
  endpoints?: {
    cognitoIdp?: string | null;
    cognitoIdentity?: string | null;
    sts?: string | null;
    s3?: string | null;
    dynamodb?: string | null;
  };
  /** `forcePathStyle` names the bucket in the path (true) or in the host name (false). Default: in the host name at AWS, in the path at any other endpoint. */
  s3?: { bucket?: string | null; forcePathStyle?: boolean | null };
  dynamodb?: { table?: string | null };
  api?: { url?: string | null };
  /** Users of the local demo, which are no configuration. */
  demo?: unknown;
}

/** An `amplify_outputs.json`, as Amplify writes it. */
export interface AmplifyOutputs {
  version: string;
  [section: string]: unknown;
}
