import { rolesOf, renderRoles } from '../../../cli/access/list';
import { method, model } from '../../constructs/gateway/platform';
import { kea } from '../call';

test('a role that opens two methods stands once, a public method gives none, and the owner approves where nobody else is named', () => {
  const methods = [
    method('credit', 'score', { roles: ['credit:score', 'analyst'] }),
    method('credit', 'explain', { roles: ['analyst'] }),
    method('credit', 'look', { roles: [], public: true }),
  ];
  const roles = rolesOf([model('credit', { methods }, { owner: 'risk', approvers: [] })]);
  expect(roles.map(({ role, opens, approvers }) => [role, opens, approvers])).toEqual([
    ['analyst', ['v1/score', 'v1/explain'], ['risk']],
    ['credit:score', ['v1/score'], ['risk']],
    ['credit:pin', [], ['risk']],
  ]);
  expect(renderRoles(roles).split('\n')[0]).toBe('analyst       credit/v1/score, credit/v1/explain; approved by risk');
});

test('the command names the roles of a sample, and an unknown model', async () => {
  const { code, stdout } = await kea(['access', 'list', 'credit-score']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('credit-score:score')]);
  expect((await kea(['access', 'list', 'credit'])).stderr).toContain('KEA4102');
}, 20_000);
