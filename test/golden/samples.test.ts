import { synthesize } from '../../constructs';
import { planFiles } from '../../constructs/plan/files';
import { packageRoot } from '../../core/package-root';
import { loadPlatform } from '../../schema/load';
import { expectGolden } from '../support/golden';

test.each(['dev', 'prod'])('the sample models in stack %s', async (stack) => {
  const { platform } = await loadPlatform({ root: packageRoot(), stack });
  if (!platform) throw new Error('the samples do not load');
  const files = planFiles(synthesize(platform));
  // Compressed bytes say nothing to a reader, and another zlib may write others.
  const readable = [...files.objects].filter((file) => !file.path.includes('/configmap-kea-bundle-'));
  expectGolden(`samples-${stack}`, [...readable, ...files.kustomizations]);
});
