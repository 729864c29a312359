import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal } from '../../../cli/refusal';
import { sampleProject, startTestPlatform } from '../../support/local';

test('an Envoy that never answers ends the start with a finding and leaves nothing behind', async () => {
  const root = sampleProject();
  const sleeper = join(root, 'envoy');
  writeFileSync(sleeper, '#!/bin/sh\n[ "$1" = --version ] && echo "envoy  version: 0/1.40.0/Clean/RELEASE/BoringSSL" || exec sleep 600\n');
  chmodSync(sleeper, 0o755);
  const before = process.env['KEA_ENVOY'];
  process.env['KEA_ENVOY'] = sleeper;
  try {
    const error = await startTestPlatform({ root, startMs: 1000 }).catch((refused: unknown) => refused);
    expect((error as Refusal).findings).toMatchObject([{ code: 'KEA4008' }]);
  } finally {
    if (before === undefined) delete process.env['KEA_ENVOY'];
    else process.env['KEA_ENVOY'] = before;
  }
}, 60_000);

test('a change that the gateway does not take is refused, and what served keeps serving', async () => {
  const kea = await startTestPlatform({ changeMs: 1500, watch: false });
  try {
    const processor = kea.processes().find(({ name }) => name === 'processor')?.pid ?? 0;
    const contract = join(kea.root, 'models/risk/credit-score/v1.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('1.4.0: 90, 1.5.0: 10', '1.4.0: 10, 1.5.0: 90'));
    const digest = kea.digest();
    process.kill(processor, 'SIGSTOP');
    await kea.reload();
    process.kill(processor, 'SIGCONT');
    expect(kea.events.at(-1)).toMatchObject({ type: 'findings', refused: true, findings: [{ code: 'KEA4012' }] });
    expect(kea.digest()).toBe(digest);
    await kea.reload();
    expect(kea.events.at(-1)).toMatchObject({ type: 'changed', text: 'credit-score changed' });
  } finally {
    await kea.stop();
  }
}, 60_000);
