// The lint rule that holds the order of the rooms: imports run downward only. Used by eslint.config.js.
import path from 'node:path';

/**
 * From the top down; rooms of one line are siblings. A room imports freely from the lines below its own.
 * Of a sibling it may import types only, which leave no trace in the program.
 */
const tiers = [['main'], ['app'], ['features'], ['components', 'stores'], ['storage', 'lab', 'reviser'], ['preferences', 'world'], ['engine']];

/** Packages that only the named rooms, and those above them, may know. */
const packages = [
  { pattern: /^(react|react-dom|react-aria-components|recharts|katex)(\/|$)/, lowest: 'components' },
  { pattern: /^zustand(\/|$)/, lowest: 'components' },
  { pattern: /^dexie(\/|$)/, lowest: 'storage', only: true },
  { pattern: /^@tensorflow\//, lowest: 'engine', only: true },
];

const tierOf = (room) => tiers.findIndex((rooms) => rooms.includes(room));

/** The room of a path below `src`, e.g. `features/compare` for one feature of several; null outside of `src`. */
function roomOf(file, source) {
  const relative = path.relative(source, file);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return null;
  const [first = '', second] = relative.split(path.sep);
  const name = first.replace(/\.tsx?$/, '');
  return name === 'features' && second ? { name, inner: second } : { name, inner: '' };
}

/** Why an import is wrong, or null when it is right. */
function fault(from, to, typeOnly) {
  if (from.name === to.name) {
    return from.inner === to.inner ? null : `one feature may not import another; what they share belongs into components, stores or lower`;
  }
  const upper = tierOf(from.name);
  const lower = tierOf(to.name);
  if (upper === -1 || lower === -1) return `${upper === -1 ? from.name : to.name} is no room of the design; add it to scripts/importOrder.mjs`;
  if (upper < lower) return null;
  if (upper === lower) return typeOnly ? null : `${from.name} and ${to.name} are siblings, and siblings share types only`;
  return `imports run downward only, and ${to.name} lies above ${from.name}`;
}

export const importOrder = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { order: 'Not from here: {{reason}}.' },
  },
  create(context) {
    const source = path.join(context.cwd, 'src');
    const from = roomOf(context.filename, source);
    if (!from) return {};

    function check(node, specifier, typeOnly) {
      if (typeof specifier !== 'string') return;
      if (specifier.startsWith('.')) {
        const to = roomOf(path.resolve(path.dirname(context.filename), specifier), source);
        const reason = to ? fault(from, to, typeOnly) : 'a file of src imports from src and from packages alone';
        if (reason) context.report({ node, messageId: 'order', data: { reason } });
        return;
      }
      const rule = packages.find(({ pattern }) => pattern.test(specifier));
      if (!rule) return;
      const allowed = rule.only ? from.name === rule.lowest : tierOf(from.name) <= tierOf(rule.lowest);
      if (!allowed) {
        const reason = rule.only ? `only ${rule.lowest} knows ${specifier}` : `${from.name} does not know ${specifier}`;
        context.report({ node, messageId: 'order', data: { reason } });
      }
    }

    const declaration = (node) => {
      if (node.source) check(node, node.source.value, (node.importKind ?? node.exportKind) === 'type');
    };
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (node) => check(node, node.source.value, false),
      // `import('…').Name` in a type.
      TSImportType: (node) => check(node, (node.source ?? node.argument.literal ?? node.argument).value, true),
      // `new URL('../lab/worker.ts', import.meta.url)` starts a worker: as much an import as any.
      NewExpression: (node) => {
        if (node.callee.name === 'URL' && node.arguments[1]?.type === 'MemberExpression') check(node, node.arguments[0]?.value, false);
      },
    };
  },
};
