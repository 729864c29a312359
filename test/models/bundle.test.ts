import { buildBundle } from '../../constructs/gateway/render/bundle';
import { packageRoot } from '../../core/package-root';
import { loadPlatform } from '../../schema/load/index';
import { checkExamples } from '../../services/example-check/check';
import { startProgram, type Program } from '../services/support/program';

const programs: Program[] = [];
afterAll(() => Promise.all(programs.map(({ end }) => end('SIGKILL'))));

// The way of the product itself: files → platform → bundle → codec → model server, also for the contract that is derived.
test('every ONNX sample answers the examples that its bundle part carries', async () => {
  const { platform, findings } = await loadPlatform({ root: packageRoot() });
  expect(findings).toEqual([]);
  const { parts } = buildBundle(platform!);
  const checked: string[] = [];
  for (const { contract, schemas } of parts) {
    const resolved = platform!.models.find(({ name }) => name === contract.model)!.contracts.find((one) => one.contract === contract.contract)!;
    for (const version of contract.versions.filter(({ protocol }) => protocol === 'oip')) {
      const artifact = resolved.versions.find((one) => one.version === version.version)!.artifact!;
      const program = await startProgram('model-server', [
        ...['--model', artifact.localPath!, '--sha256', artifact.sha256!, '--name', version.runtimeModel, '--version', version.version],
        ...['--host', '127.0.0.1', '--port', '0'],
      ]);
      programs.push(program);
      const results = await checkExamples({ baseUrl: program.url, version, methods: contract.methods, schemas });
      for (const result of results) expect(result).toMatchObject({ ok: true });
      checked.push(`${version.cluster} ${results.length}`);
    }
  }
  expect(checked).toEqual(['credit-score-v1-4-0 2', 'credit-score-v1-5-0 2', 'iris-v1-0-0 1', 'text-sentiment-v1-0-0 2']);
}, 30_000);
