import { parseStrictJson } from '../../../core/strict-json';
import { checkOipRequest, type OipDeclaration } from '../../../services/processor/codec/oip-request';

const declared: OipDeclaration = {
  inputs: [
    { tensor: 'X', datatype: 'FP32', shape: [-1, 2], fields: ['x'] },
    { tensor: 'ids', datatype: 'INT64', shape: [1], fields: ['ids'] },
  ],
  outputs: [{ field: 'y', tensor: 'Y', datatype: 'FP32', shape: [-1] }],
};

function verdict(text: string): string {
  const parsed = parseStrictJson(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  const found = checkOipRequest(declared, parsed.value, parsed.inexact);
  return found.ok ? 'ok' : `${found.pointer} ${found.rule}: ${found.reason}`;
}

const X = '{"name":"X","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}';
const IDS = '{"name":"ids","shape":[1],"datatype":"INT64","data":[9007199254740993]}';
const body = (...tensors: string[]): string => `{"inputs":[${tensors.join(',')}]}`;

test.each([
  [body(X, IDS), 'ok'],
  [`{"id":"a","parameters":{"binary_data_output":false},"inputs":[${X},${IDS}],"outputs":[{"name":"Y"}]}`, 'ok'],
  [body('{"name":"X","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4]]}', IDS), 'ok'],
  [body('{"name":"X","shape":[0,2],"datatype":"FP32","data":[]}', IDS), 'ok'],
  ['[]', ' type: must be an object'],
  ['{}', '/inputs required: is required'],
  [body(X), '/inputs required: the input "ids" is missing'],
  [body(X, X, IDS), '/inputs/1/name tensor: the input is there twice'],
  [body(X, IDS, '{"name":"Z","shape":[1],"datatype":"FP32","data":[1]}'), '/inputs/2/name tensor: the model has no such input'],
  [body(X.replace('FP32', 'FP64'), IDS), '/inputs/0/datatype datatype: the model takes FP32 here'],
  [body(X.replace('[2,2]', '[4]'), IDS), '/inputs/0/shape shape: the model takes the shape any × 2 here'],
  [body(X.replace('[2,2]', '[2,-2]'), IDS), '/inputs/0/shape shape: the model takes the shape any × 2 here'],
  [body(X.replace('[2,2]', '[3,2]'), IDS), '/inputs/0/data shape: the data does not fill the shape'],
  [body(X.replace('[1,2,3,4]', '[[1,2,3],[4]]'), IDS), '/inputs/0/data/0 shape: the data is nested otherwise than its shape says'],
  [body(X.replace('[1,2,3,4]', '[[1,2],3,4]'), IDS), '/inputs/0/data shape: the data is nested otherwise than its shape says'],
  [body(X.replace('4]', '"4"]'), IDS), '/inputs/0/data/3 datatype: the model takes FP32 here'],
  [body(X.replace('4]', 'null]'), IDS), '/inputs/0/data/3 missing: the model takes no missing value here'],
  [body(X.replace('4]', '1e39]'), IDS), '/inputs/0/data/3 range: the value is out of the range of FP32'],
  [body(X, IDS.replace('9007199254740993', '9223372036854775808')), '/inputs/1/data/0 range: the value is out of the range of INT64'],
  [body(X, IDS.replace('9007199254740993', '1.5')), '/inputs/1/data/0 datatype: the model takes INT64 here'],
  [
    body('{"name":"X","shape":[2,2],"datatype":"FP32","parameters":{"binary_data_size":16}}', IDS),
    '/inputs/0/parameters/binary_data_size binary: tensors are taken as JSON only',
  ],
  [
    `{"inputs":[${X},${IDS}],"outputs":[{"name":"Y","parameters":{"binary_data":true}}]}`,
    '/outputs/0/parameters/binary_data binary: tensors are taken as JSON only',
  ],
  [`{"inputs":[${X},${IDS}],"outputs":[{"name":"other"}]}`, '/outputs/0/name tensor: the model has no such output'],
  [`{"inputs":[${X},${IDS}],"model":"x"}`, '/model additionalProperties: is not a known field'],
])('%s → %s', (text, expected) => expect(verdict(text)).toBe(expected));
