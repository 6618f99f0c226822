/**
 * ESLint rule: every export of a module has a docstring right before it. What it must say (shapes, units, errors by
 * code, the source of a fact) no rule can check; that there is none it can.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const exportedDocstring = {
  meta: {
    type: 'suggestion',
    docs: { description: 'requires a docstring on every export' },
    messages: { missing: 'An export needs a docstring: shape, units, errors by code, source.' },
    schema: [],
  },
  create(context) {
    return {
      ExportNamedDeclaration(node) {
        if (node.declaration == null) return;
        const documented = context.sourceCode
          .getCommentsBefore(node)
          .some(({ type, value }) => type === 'Block' && value.startsWith('*'));
        if (!documented) context.report({ node, messageId: 'missing' });
      },
    };
  },
};
