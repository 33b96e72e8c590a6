// Globals that these tests use as an app would, so that a test reads line by line.
import * as poolpass from 'poolpass';

Object.assign(globalThis, poolpass, {
  /** Makes the page's client. */
  async openClient(config, options) {
    globalThis.client = await poolpass.Client.create(config, options);
    globalThis.events = [];
    client.onSessionEvent((event) => events.push(event.reason ?? event.kind));
  },

  /** The reason with which a promise is rejected, or a note that it was not. */
  async failureOf(promise) {
    try {
      await promise;
    } catch (error) {
      const { name, message, kind, awsCode, httpStatus, stack } = error;
      return { isPoolpassError: error instanceof poolpass.PoolpassError, name, message, kind, awsCode, httpStatus, stack };
    }
    return { name: 'nothing was thrown' };
  },

  /** Waits until `condition` holds; the test's own time limit ends it. */
  async until(condition) {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
  },
});
