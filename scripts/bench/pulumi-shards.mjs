// Many models in shards: a preview of each shard and of the platform, and `up` of some, as `kea deploy` does it.
import { say, stop } from '../lib/project.mjs';
import { startPlace } from './pulumi-place.mjs';
import { report } from './report.mjs';

const PREVIEW = ['preview', '--non-interactive'];
const UP = ['up', '--yes', '--skip-preview', '--non-interactive'];
const NAMESPACES = [
  '**pulumi:providers:kubernetes**',
  '**kea:index:Platform::**',
  '**kubernetes:core/v1:Namespace::**',
  '**LimitRange::**',
].flatMap((target) => ['--target', target]);

/** `shape`: `10x200`, shards times models in each. `ups`: how many of the shards are applied for real; the platform is when all are. */
export async function benchShards(shape, ups) {
  const [, shards, each] = (
    /^(\d+)x(\d+)$/.exec(shape) ?? stop('--shards takes a number of shards and of models in each, such as 10x200')
  ).map(Number);
  const count = shards * each;
  say(`pulumi, ${count} models in ${shards} shards`);
  const place = await startPlace(count, shards, { KEA_DEPLOY_STEP: 'namespaces' });
  const rows = [];
  const measured = async (stack, args, what) => {
    const peaks = {};
    const { seconds, marks } = await place.pulumi([...args, '--stack', stack], peaks);
    const row = { stack, what, objects: marks.resources, seconds, 'start s': marks.first / 1000 };
    rows.push({ ...row, 'engine MB': peaks.engine, 'program MB': peaks.program, 'provider MB': peaks.provider });
    say(`  ${what} of ${stack}: ${seconds.toFixed(1)} s, ${marks.resources} resources`);
  };
  try {
    const names = Array.from({ length: shards }, (_, index) => `bench.shard-${index}`);
    for (const name of ['bench', ...names]) await place.pulumi(['stack', 'init', name, '--no-select']);
    // What kea deploy does first, so that nobody misses a Service whose shard comes later.
    await measured('bench', [...UP, ...NAMESPACES], 'namespaces');
    for (const name of names) await measured(name, PREVIEW, 'preview');
    for (const name of names.slice(0, ups)) {
      await measured(name, UP, 'first up');
      await measured(name, [...UP, '--expect-no-changes'], 'no change');
    }
    await measured('bench', PREVIEW, 'preview');
  } finally {
    await place.stop();
  }
  report('pulumi-shards', { rows, verdicts: [] });
}
