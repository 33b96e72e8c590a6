/**
 * A `poolpass.json`. `region` with `userPool` or `identityPool` is all that is needed; an endpoint that is absent or null is
 * AWS's own.
 */
export interface Config {
  region?: string | undefined;
  userPool?: { id: string; clientId: string; clientSecret?: string | null | undefined; domain?: string | null | undefined } | null | undefined;
  identityPool?: { id: string } | null | undefined;
  endpoints?: {
    cognitoIdp?: string | null | undefined;
    cognitoIdentity?: string | null | undefined;
    sts?: string | null | undefined;
    s3?: string | null | undefined;
    dynamodb?: string | null | undefined;
  } | undefined;
  /** `forcePathStyle` names the bucket in the path (true) or in the host name (false). Default: in the host name at AWS, in the path at any other endpoint. */
  s3?: { bucket?: string | null | undefined; forcePathStyle?: boolean | null | undefined } | undefined;
  dynamodb?: { table?: string | null | undefined } | undefined;
  api?: { url?: string | null | undefined } | undefined;
  /** Users of the local demo, which are no configuration. */
  demo?: unknown;
}

/** An `amplify_outputs.json`, as Amplify writes it. */
export interface AmplifyOutputs {
  version: string;
  [section: string]: unknown;
}

/**
 * The older form of Amplify's configuration: the object in `aws-exports.js` or given to `Amplify.configure`, an `amplifyconfiguration.json`, or an
 * `awsconfiguration.json`.
 */
export type AmplifyGen1 = { [section: string]: unknown } & (
  | { aws_project_region: string }
  | { Auth: unknown }
  | { auth: { plugins: unknown } }
  | { CognitoUserPool: unknown }
);
