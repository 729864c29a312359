import { FetchFailure } from './failure';

const MOST_LENGTH = 1024;
const MOST_DEPTH = 32;

/** A relative path that stays below its folder on every system, without a trailing slash; otherwise throws `FetchFailure`. */
export function safePath(path: string): string {
  const trimmed = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const segments = trimmed.split('/');
  const fits =
    trimmed.length > 0 &&
    trimmed.length <= MOST_LENGTH &&
    segments.length <= MOST_DEPTH &&
    !/[\u0000-\u001f\u007f\\]/.test(trimmed) &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!fits) throw new FetchFailure(`the artifact holds the path ${JSON.stringify(path.slice(0, 200))}, which may leave its folder`);
  return trimmed;
}
