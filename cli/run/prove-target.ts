import { join } from 'node:path';
import { ManagementPath } from '../../core/contract/ports';
import type { ProcessorConfig } from '../../core/contract/processor-config';
import type { ResolvedIssuer } from '../../schema/resolved';
import type { CounterSource } from '../prove/counters';
import { realToken, type RealToken } from '../prove/tokens';
import { readPrivateJson } from './private-file';
import { localToken, runningPlatform } from './token';

/** Sample people that differ in what they may call. */
const PEOPLE = ['ada', 'tina', 'sam', 'batch'] as const;

/** The platform that runs in the project, its people's tokens, and its counters. @throws Refusal when nothing runs */
export async function localTarget(
  root: string,
  identity: Pick<ResolvedIssuer, 'claims'>,
): Promise<{ readonly url: string; readonly tokens: readonly RealToken[]; readonly counters: readonly CounterSource[] }> {
  const { state, folder } = runningPlatform(root);
  const tokens = await Promise.all(PEOPLE.map(async (person) => realToken(person, await localToken({ root, person }), identity)));
  const management = readPrivateJson<ProcessorConfig>(join(folder.config, 'processor.json'))?.management;
  const source = async (): Promise<string> => {
    const answer = await fetch(`http://${management?.host}:${management?.port}${ManagementPath.metrics}`, {
      signal: AbortSignal.timeout(5000),
    });
    return answer.text();
  };
  return { url: state.url, tokens: tokens.flatMap((each) => each ?? []), counters: management ? [source] : [] };
}
