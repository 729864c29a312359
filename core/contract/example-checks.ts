import type { JsonSchema } from '../json';
import type { BundleMethod, BundleVersion } from './bundle';

/**
 * What the sidecar `example-check` reads: the examples of one contract and all that is needed to send them through the real codec.
 * The plan writes it into ConfigMaps of the contract, the sidecar mounts them all into `ChecksFile.folder`.
 * Canonical JSON in `checks.json`; too large for that, gzipped and cut into `checks.json.gz.0`, `checks.json.gz.1`, … (joined in order of number).
 */
export interface ExampleChecks {
  readonly model: string;
  readonly contract: string;
  /** Version → what the bundle says of it. */
  readonly versions: { readonly [version: string]: BundleVersion };
  readonly methods: readonly BundleMethod[];
  /** By sha256 (hex) of their canonical JSON. */
  readonly schemas: { readonly [digest: string]: JsonSchema };
}

export const ChecksFile = {
  folder: '/etc/kea/checks',
  plain: 'checks.json',
  shard: (index: number): string => `checks.json.gz.${index}`,
} as const;

/**
 * Command-line arguments of `services/example-check/main`: where the model server listens and which version it is.
 * It serves `GET /ready` (200 once every example of every method came back valid; then stays so) and `GET /live` on `port`.
 */
export function checkArguments(options: { readonly baseUrl: string; readonly version: string; readonly port: number }): string[] {
  return [`--checks=${ChecksFile.folder}`, `--base-url=${options.baseUrl}`, `--version=${options.version}`, `--port=${options.port}`];
}
