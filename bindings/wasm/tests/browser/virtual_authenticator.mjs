// Chromium's virtual authenticator, over its DevTools protocol.

/** A phone or a laptop with a screen lock: it keeps passkeys, and verifies who the person is. */
const DEVICE = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

export class VirtualAuthenticator {
  #session;
  #authenticatorId;

  /** Plugs it into a tab. */
  static async in(tab) {
    const authenticator = new VirtualAuthenticator();
    authenticator.#session = await tab.context().newCDPSession(tab);
    await authenticator.#send('enable');
    ({ authenticatorId: authenticator.#authenticatorId } = await authenticator.#send('addVirtualAuthenticator', { options: DEVICE }));
    return authenticator;
  }

  /** The passkeys in it. */
  async passkeys() {
    return (await this.#send('getCredentials')).credentials;
  }

  /** Loses all passkeys. */
  clear() {
    return this.#send('clearCredentials');
  }

  /** Whether the person's finger fits. */
  setUserVerified(isUserVerified) {
    return this.#send('setUserVerified', { isUserVerified });
  }

  /** Whether the person acts at all. */
  setPresent(enabled) {
    return this.#send('setAutomaticPresenceSimulation', { enabled });
  }

  #send(method, options = {}) {
    const authenticatorId = this.#authenticatorId;
    return this.#session.send(`WebAuthn.${method}`, { ...(authenticatorId && { authenticatorId }), ...options });
  }
}
