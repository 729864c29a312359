/** No text of a Kubernetes object begins so. */
const MARK = '\u0000not known yet: ';

/** Stands in an object in the place of a value that is known only once something else was made. `path` is for people: `spec.replicas`. */
export function unknownAt(path: string): string {
  return `${MARK}${path}`;
}

export function isUnknown(value: string): boolean {
  return value.charCodeAt(0) === 0 && value.startsWith(MARK);
}

/** Thrown by reading a value that is not known yet: as in CEL itself, an error that the other side of `||` and `&&` may make irrelevant. */
export class UnknownValue extends Error {
  constructor(mark: string) {
    super(`${mark.slice(MARK.length)} is not known yet`);
  }
}

/** Puts a trap in the place of a mark: whoever reads it does not learn a wrong value, but none. */
export function trap(owner: object, key: string | number, mark: string): void {
  Object.defineProperty(owner, key, {
    enumerable: true,
    configurable: true,
    get: () => {
      throw new UnknownValue(mark);
    },
  });
}
