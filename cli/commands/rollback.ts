import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const rollback = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('rollback', () => Promise.reject(new Error('not there yet'))),
});
