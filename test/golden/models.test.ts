import { planFiles } from '../../constructs/plan/files';
import { expectGolden } from '../support/golden';
import { frameworkModels, samplePlatform, sampleStack } from '../support/platforms';
import { modelsPlan } from '../support/trees';

test('models: a canary with two contracts, an inline artifact, a container', () => {
  const files = planFiles(modelsPlan(samplePlatform()));
  expectGolden('models', [...files.objects, ...files.kustomizations, files.index]);
});

test('frameworks: the Deployment of each runtime', () => {
  const { objects } = planFiles(modelsPlan({ stack: sampleStack(), models: frameworkModels() }));
  const deployments = objects.filter((file) => file.path.includes('/deployment-'));
  expectGolden('frameworks', deployments.map(({ path, text }) => ({ path: path.replace(/^.*\//, ''), text })));
});
