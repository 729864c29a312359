import type { Finding } from '../../core/findings/finding';
import { finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import type { ResolvedStack } from '../../schema/resolved';

/** An image that KEA chose: repository (with registry) and the tag that its digest belongs to. */
export interface ImageName {
  /** `docker.io/seldonio/mlserver`; also its name in `images.lock.yaml`. */
  readonly name: string;
  readonly tag: string;
}

/** Images of KEA itself. The model's own two are pinned apart, so that a platform upgrade need not restart models. */
export const KeaImage = {
  /** Gateway's processor, portal, jobs, audit. */
  services: { name: 'ghcr.io/kea-platform/services', tag: '0.1.0' },
  /** Artifact fetch and example check beside every model. */
  agent: { name: 'ghcr.io/kea-platform/model-agent', tag: '0.1.0' },
  /** KEA's model server on ONNX Runtime. */
  modelServer: { name: 'ghcr.io/kea-platform/model-server', tag: '0.1.0' },
} as const satisfies Record<string, ImageName>;

/** Images of the parts that a platform runs beside its own. */
export const PlatformImage = {
  envoy: { name: 'docker.io/envoyproxy/envoy', tag: 'distroless-v1.40.0' },
  redis: { name: 'docker.io/library/redis', tag: '7.4-alpine' },
  keycloak: { name: 'quay.io/keycloak/keycloak', tag: '26.7' },
  postgres: { name: 'docker.io/library/postgres', tag: '17-bookworm' },
  collector: { name: 'docker.io/otel/opentelemetry-collector-contrib', tag: '0.160.0' },
} as const satisfies Record<string, ImageName>;

/** What `services/Dockerfile` starts from: one to build in, one to run on, which holds the C libraries and certificate authorities only. */
export const BaseImage = {
  build: { name: 'docker.io/library/node', tag: '26-bookworm-slim' },
  run: { name: 'gcr.io/distroless/cc-debian12', tag: 'nonroot' },
} as const satisfies Record<string, ImageName>;

/** A reference for a pod, and what is wrong with it. */
export interface ImageReference {
  /** `name:tag@sha256:<hex>`, without the digest where nobody stated one. */
  readonly reference: string;
  readonly findings: readonly Finding[];
}

/** Name, tag and the stack's digest, behind the stack's own registry where it has one. A missing digest is a finding; nothing is made up. */
export function imageReference(image: ImageName, images: ResolvedStack['images']): ImageReference {
  const digest = images.digests[image.name];
  const name = `${mirrored(image.name, images.registry)}:${image.tag}`;
  if (digest) return { reference: `${name}@${digest}`, findings: [] };
  return { reference: name, findings: [unpinned(image.name, images)] };
}

/** The reference of a model's own image, behind the stack's registry where it has one. */
export function ownImageReference(reference: string, images: ResolvedStack['images']): ImageReference {
  const findings = /@sha256:[0-9a-f]{64}$/.test(reference) ? [] : [unpinned(reference, images)];
  return { reference: mirrored(reference, images.registry), findings };
}

function unpinned(name: string, images: ResolvedStack['images']): Finding {
  return finding(planFindings.unpinnedImage, {
    message: `image "${name}" has no digest`,
    severity: images.unpinned === 'refuse' ? 'error' : 'warning',
    fix: `add "${name}" with its digest to images.lock.yaml: \`kea images resolve\` asks its registry`,
  });
}

/** Replaces the registry host. A first segment with a dot, a colon or the name `localhost` is a host; without one it is Docker's. */
export function mirrored(name: string, registry: string | undefined): string {
  if (!registry) return name;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return `${registry.replace(/\/$/, '')}/${hasHost ? name.slice(slash + 1) : name}`;
}
