import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const token = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('token', () => Promise.reject(new Error('not there yet'))),
});
