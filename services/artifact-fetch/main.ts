import { parseArtifactArguments } from '../../core/contract/artifact-fetch';
import { lastWord } from '../shared/last-word';
import { FetchFailure } from './failure';
import { fetchArtifact } from './fetch';

/** Init container: brings the artifact of a model server. Exit 1: it could not be had; 2: the call is wrong; 3: an internal error. */
async function main(): Promise<void> {
  const request = parseArtifactArguments(process.argv.slice(2));
  if ('problem' in request) return end(request.problem, 2);
  try {
    const { sha256, bytes, kept } = await fetchArtifact(request);
    process.stderr.write(`artifact-fetch: ${request.target}: ${bytes} bytes, sha256 ${sha256}${kept ? ', was there already' : ''}\n`);
  } catch (error) {
    if (error instanceof FetchFailure) return end(error.message, 1);
    const { code, message } = error as { code?: string; message?: string };
    // What the disk says is no bug of ours.
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return end(`${message ?? code}`, 1);
    throw error;
  }
}

function end(reason: string, code: number): never {
  lastWord('artifact-fetch', reason, code);
}

main().catch((error: unknown) => end(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, 3));
