/** Why an artifact cannot be fetched, in one line for the person who reads the pod's termination message. Never holds a credential. */
export class FetchFailure extends Error {
  constructor(
    message: string,
    /** A later attempt may work: connection errors, 429, 5xx. */
    readonly transient = false,
  ) {
    super(message);
  }
}
