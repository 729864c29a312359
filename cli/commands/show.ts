import { buildCommand } from '@stricli/core';
import { work } from '../command';

export const show = buildCommand({
  docs: { brief: 'Not there yet' },
  parameters: {},
  func: work('show', () => Promise.reject(new Error('not there yet'))),
});
