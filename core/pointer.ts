/** RFC 6901 JSON pointers: `''` is the whole document, `/a/0` the first element of member `a`. */

/** The pointer of a member or element of what `pointer` names. */
export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${typeof key === 'number' ? key : key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The pointer of a path of keys and indices. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(childPointer, '');
}
