import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const tryMethod = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('try', () => Promise.reject(new Error('not there yet'))),
});
