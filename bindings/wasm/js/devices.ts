/** A device from which the signed-in person has signed in, and which the user pool remembers. */
export interface Device {
  /** The device key, such as `eu-west-1_a1b2c3d4-5678-90ab-cdef-1234567890ab`. */
  readonly key: string;
  /** The name that the device was given when it was confirmed (`ClientOptions.deviceName`). */
  readonly name?: string;
  /** Cognito's other attributes of the device, by AWS's names, such as `last_ip_used`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The time of the first sign-in. */
  readonly created: Date;
  /** The time of the last change. */
  readonly lastModified: Date;
  /** The time of the last sign-in. */
  readonly lastAuthenticated: Date;
}
