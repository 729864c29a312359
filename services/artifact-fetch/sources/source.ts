import type { ArtifactRequest } from '../../../core/contract/artifact-fetch';
import type { Budget } from '../budget';
import type { Client } from '../client';
import type { Credentials } from '../credentials';

/** What a source may use. */
export interface FetchContext {
  readonly request: ArtifactRequest;
  readonly client: Client;
  readonly credentials: Credentials;
  readonly budget: Budget;
}

/**
 * Brings an artifact to a path that does not exist yet: one file, or a folder where the source has files of its own.
 * Where a folder is asked for and one file came, the file is an archive. All failures are `FetchFailure`.
 */
export type Source = (context: FetchContext, path: string) => Promise<void>;
