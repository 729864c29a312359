import { isScalar, parseDocument, visit } from 'yaml';
import { makeEdit, type Edit } from './edit';

/** Keys whose values are texts that YAML, or the next reader, could take for a number or a date. */
const QUOTED: { readonly [key: string]: RegExp } = {
  sha256: /^[0-9a-fA-F]{64}$/,
  deprecated: /^\d{4}-\d{2}-\d{2}$/,
  sunset: /^\d{4}-\d{2}-\d{2}$/,
};

/**
 * `kea check --fix`: repairs that cannot change what the author meant. A byte-order mark goes, digests and dates get quotes (digests in small
 * letters), and starts of allowed addresses their slash. Everything else is left to people.
 */
export function fix(file: string, source: string): Edit {
  const text = source.replace(/^\uFEFF/, '');
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false });
  if (document.errors.length > 0) return makeEdit(file, source, text);
  const splices: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  visit(document, {
    Pair(_, pair) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const { value } = pair;
      if (!isScalar(value) || !value.range || value.type !== 'PLAIN') return;
      const written = text.slice(value.range[0], value.range[1]);
      if (Object.hasOwn(QUOTED, key) && QUOTED[key]?.test(written)) {
        splices.push({ start: value.range[0], end: value.range[1], text: `"${key === 'sha256' ? written.toLowerCase() : written}"` });
      }
    },
  });
  const allow: unknown = document.getIn(['artifacts', 'allow'], true);
  visit(allow as never, {
    Scalar(_, scalar) {
      const { range, value } = scalar;
      if (!range || typeof value !== 'string' || value.endsWith('/') || !/^[a-z0-9]+:\/\//.test(value)) return;
      const end = scalar.type === 'PLAIN' ? range[1] : range[1] - 1;
      splices.push({ start: end, end, text: '/' });
    },
  });
  const after = splices
    .sort((a, b) => b.start - a.start)
    .reduce((current, splice) => current.slice(0, splice.start) + splice.text + current.slice(splice.end), text);
  return makeEdit(file, source, after);
}
