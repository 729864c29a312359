import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const diff = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('diff', () => Promise.reject(new Error('not there yet'))),
});
