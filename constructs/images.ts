import { isJsonObject, type JsonObject } from '../core/json';
import type { ResolvedPlatform } from '../schema/resolved';
import { runtimes } from './model/runtimes';
import type { Plan } from './plan/plan-object';
import { podTemplate } from './plan/references';
import { BaseImage, type ImageName, KeaImage, PlatformImage } from './shared/images';

/** An image that somebody needs. */
export interface ImageUse {
  /** Its line in the lock file: the name, or name and tag of a model's own image. */
  readonly key: string;
  /** Name with registry, without tag. */
  readonly name: string;
  readonly tag: string;
  /** `sha256:…`; absent where neither lock file nor model file states one. */
  readonly digest?: string;
  /** The models that use it, or `platform`, or `build`; in byte order. */
  readonly usedBy: readonly string[];
}

/** The same platform with images under their own names, whatever mirror its stack puts in front. */
export function withoutMirror(platform: ResolvedPlatform): ResolvedPlatform {
  const { registry: _registry, ...images } = platform.stack.images;
  return { ...platform, stack: { ...platform.stack, images } };
}

/** Every image that a plan refers to, in byte order. Pure; give it the plan of `withoutMirror`. */
export function imagesOf(plan: Plan): readonly ImageUse[] {
  const ours = new Set(chosen().map(({ name }) => name));
  const uses = new Map<string, ImageUse>();
  for (const object of plan.objects) {
    const spec = podTemplate(object)?.['spec'];
    if (!isJsonObject(spec)) continue;
    for (const reference of references(spec)) {
      const parts = takeApart(reference);
      const key = ours.has(parts.name) ? parts.name : `${parts.name}:${parts.tag}`;
      const usedBy = new Set([...(uses.get(key)?.usedBy ?? []), object.model ?? 'platform']);
      uses.set(key, { key, ...parts, usedBy: [...usedBy].sort() });
    }
  }
  return [...uses.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Images that the build of our own images starts from. */
export function baseImages(digests: { readonly [name: string]: string }): readonly ImageUse[] {
  return Object.values(BaseImage).map(({ name, tag }) => {
    const digest = digests[name];
    return { key: name, name, tag, ...(digest === undefined ? {} : { digest }), usedBy: ['build'] };
  });
}

/** Images that KEA chose; the lock file knows them by their name alone. */
function chosen(): readonly ImageName[] {
  const ofRuntimes = Object.values(runtimes).flatMap(({ image }) => (image === 'model' ? [] : [image]));
  return [...Object.values(KeaImage), ...Object.values(PlatformImage), ...ofRuntimes];
}

function references(spec: JsonObject): readonly string[] {
  return ['initContainers', 'containers'].flatMap((list) => {
    const containers = spec[list];
    return Array.isArray(containers) ? containers.filter(isJsonObject).map((container) => String(container['image'])) : [];
  });
}

/** `registry/name:tag@sha256:…`; without a tag it is `latest`. */
function takeApart(reference: string): Pick<ImageUse, 'name' | 'tag' | 'digest'> {
  const [rest = '', digest] = reference.split('@');
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  return {
    name: tagged ? rest.slice(0, colon) : rest,
    tag: tagged ? rest.slice(colon + 1) : 'latest',
    ...(digest === undefined ? {} : { digest }),
  };
}
