import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { exportedDocstring } from './build/lint/exported-docstring.mjs';

export default defineConfig(
  {
    ignores: [
      'dist',
      'release',
      'screenshots',
      // AssemblyScript: its types (u32, usize, v128) and built-ins are not TypeScript's. Its compiler checks it at every build.
      'electron/engine/codec/assembly',
      // Not in the TypeScript project, which the rules need: its `electron` is that of the runtime it is put into.
      'build/runtime',
      // CommonJS, as its program wants it; the project has modules only.
      '.dependency-cruiser.cjs',
    ],
  },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // Plain JavaScript that runs before anything is built: JSDoc cannot type JSON, dynamic imports and untyped packages; tsc checks the rest.
    files: ['build/**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
    },
  },
  {
    // expect.any and expect.objectContaining are typed any by vitest.
    files: ['**/*.test.ts', '**/*.test.tsx', 'test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // Handlers that stand in for a host are async by contract.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['electron/**/*.ts', 'renderer/**/*.{ts,tsx}', 'shared/**/*.ts', 'test/**/*.ts', 'build/**/*.mjs'],
    ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.test-d.ts'],
    plugins: { house: { rules: { 'exported-docstring': exportedDocstring } } },
    rules: { 'house/exported-docstring': 'error' },
  },
  { files: ['renderer/**'], ...reactHooks.configs.flat.recommended },
);
