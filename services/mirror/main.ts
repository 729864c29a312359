import { mirrorCluster } from '../processor/cluster/watch';

/**
 * Sidecar of pods that read the bundle but are no gateway (the portal): mirrors it into a shared folder.
 * `node main.js --folder FOLDER --namespace NS`
 */
async function main(): Promise<void> {
  const option = (name: string): string => {
    const at = process.argv.indexOf(`--${name}`);
    const value = at < 0 ? undefined : process.argv[at + 1];
    if (!value) throw new Error(`--${name} is missing`);
    return value;
  };
  const log = (message: string): void =>
    void process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), service: 'mirror', message })}\n`);
  const mirror = await mirrorCluster(
    { platformNamespace: option('namespace'), endpointNamespaces: [], endpointSelector: '' },
    option('folder'),
    log,
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void mirror.stop().then(() => process.exit(0)));
}

main().catch((reason: unknown) => {
  process.stderr.write(`mirror: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exit(1);
});
