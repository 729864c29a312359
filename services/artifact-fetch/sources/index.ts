import { FetchFailure } from '../failure';
import { https } from './https';
import { file, inline, pvc } from './local';
import { oci } from './oci';
import { s3 } from './s3';
import type { Source } from './source';

const SOURCES: { readonly [scheme: string]: Source } = { s3, https, oci, pvc, file, inline };

/** The source of an address. Throws `FetchFailure` for a scheme that there is none for. */
export function sourceOf(uri: string): Source {
  const scheme = /^([a-z0-9]+):\/\//.exec(uri)?.[1] ?? '';
  const source = Object.hasOwn(SOURCES, scheme) ? SOURCES[scheme] : undefined;
  if (!source) throw new FetchFailure(`artifacts come from ${Object.keys(SOURCES).join(', ')}; "${uri}" is none of them`);
  return source;
}
