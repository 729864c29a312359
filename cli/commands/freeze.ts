import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const freeze = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('freeze', () => Promise.reject(new Error('not there yet'))),
});
