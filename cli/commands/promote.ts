import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const promote = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('promote', () => Promise.reject(new Error('not there yet'))),
});
