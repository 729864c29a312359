import type { LoginOptions } from '../../constructs/gateway/render/options';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Child } from './child';
import type { Crew } from './crew';

/** Who vouches for callers of a local run: the embedded issuer, or a real Keycloak, or a provider that runs elsewhere. */
export interface LocalIdentity {
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** How the gateway's login on the documentation pages reaches it. @default - no login there */
  readonly login?: LoginOptions;
  /** The platform as it runs here: whatever the stack says of identity and host name, this machine stands in. */
  readonly onThisMachine: (platform: ResolvedPlatform) => ResolvedPlatform;
  /** Starts it; resolves when it vouches for the sample people. @throws Refusal */
  readonly start: (crew: Crew, platform: ResolvedPlatform) => Promise<void>;
  /** Models have changed, and with them who may do what. */
  readonly follow: (platform: ResolvedPlatform) => Promise<void>;
  /** An access token of a sample person or machine. @throws Refusal */
  readonly token: (person: string) => Promise<string>;
  /** What runs, to be ended last. */
  readonly child: () => Child | undefined;
}
