import { packageRoot } from '../../../core/package-root';
import { contractOpenApi, platformOpenApi } from '../../../schema/openapi/index';
import { loadPlatform } from '../../../schema/load/index';
import { lint } from './redocly';
import type { JsonObject } from '../../../core/json';

test.each([undefined, 'dev', 'staging', 'prod'])(
  'the documents of the sample models are clean in the stack %s',
  async (stack) => {
    const { platform: loaded } = await loadPlatform({ root: packageRoot(), ...(stack === undefined ? {} : { stack }) });
    if (!loaded) throw new Error(`the stack ${stack ?? 'local'} does not load`);
    // The sample stacks are of example.com, and the linter knows that this is nobody's.
    const platform = { ...loaded, stack: { ...loaded.stack, hostname: 'models.bank.internal' } };
    const documents: { [name: string]: JsonObject } = { platform: platformOpenApi(platform) };
    for (const model of platform.models)
      for (const contract of model.contracts) documents[`${model.name}-${contract.contract}`] = contractOpenApi(platform, model, contract);
    expect(Object.keys(documents).length).toBe(5);
    expect(lint(documents)).toEqual([]);
  },
  30_000,
);
