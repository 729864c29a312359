import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importTable } from './scripts/lint/import-table.mjs';

const typed = [
  'core/**/*.ts',
  'schema/**/*.ts',
  'constructs/**/*.ts',
  'policies/**/*.ts',
  'stacks/**/*.ts',
  'services/**/*.ts',
  'cli/**/*.ts',
];

export default defineConfig(
  globalIgnores(['dist/', 'out/', '.kea/', 'coverage/', '**/generated/', 'test/golden/', 'test/fixtures/', 'test/consumers/*/', 'models/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    plugins: { kea: { rules: { 'import-table': importTable } } },
    rules: {
      'kea/import-table': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Constructs are made for their effect on the tree.
      'no-new': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowConstructorOnly: true }],
      'no-restricted-globals': ['error', 'fetch'],
      eqeqeq: 'error',
    },
  },
  {
    files: typed,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    },
  },
  {
    // Constructs and builders are pure: no I/O, clock, random, environment or network.
    files: ['constructs/**/*.ts'],
    ignores: ['constructs/plan/write.ts'],
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'process'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
    },
  },
  {
    // Only the command line prints.
    files: ['core/**/*.ts', 'schema/**/*.ts', 'constructs/**/*.ts', 'policies/**/*.ts', 'cli/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: [
      'services/**/*.ts',
      'test/**/*.ts',
      'scripts/**/*.ts',
      'cli/run/**/*.ts',
      'cli/commands/{try,token}.ts',
      'cli/access/signature.ts',
      'cli/canary.ts',
      'cli/images/registry.ts',
    ],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
