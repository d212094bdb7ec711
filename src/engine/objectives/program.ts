// A compiled objective as a list of operations in order: the loss of one pair and its two derivatives,
// common parts computed once. JavaScript runs it here, `wgsl.ts` prints it as a shader.
import { createGraph } from './builder';
import { derive } from './derive';
import { apply, childrenOf, isBinary, type GraphNode, type Id } from './graph';
import type { VariableName } from './language/names';
import type { Expression } from './language/tree';
import { lower } from './lower';
import type { Arithmetic } from './numerics';

export interface Program {
  /** Only what the three results need, renumbered; children come before parents. */
  readonly nodes: readonly GraphNode[];
  readonly loss: Id;
  /** Derivative with respect to the policy's log-probability of the chosen. */
  readonly dChosen: Id;
  readonly dRejected: Id;
}

/** Each log-ratio moves with its policy log-probability at rate 1; the reference stands still. */
const chosenSeeds: ReadonlyMap<VariableName, number> = new Map([
  ['lw', 1],
  ['a', 1],
]);
const rejectedSeeds: ReadonlyMap<VariableName, number> = new Map([
  ['ll', 1],
  ['b', 1],
]);

/** Compiles an expression in which no score (`sw`, `sl`) is left. */
export function buildProgram(expression: Expression): Program {
  const graph = createGraph();
  const loss = lower(expression, graph);
  const dChosen = derive(graph, loss, chosenSeeds);
  const dRejected = derive(graph, loss, rejectedSeeds);
  return prune(graph.nodes, loss, dChosen, dRejected);
}

function prune(all: readonly GraphNode[], loss: Id, dChosen: Id, dRejected: Id): Program {
  const needed = new Set([loss, dChosen, dRejected]);
  for (let id = all.length - 1; id >= 0; id--) {
    if (needed.has(id)) for (const child of childrenOf(all[id]!)) needed.add(child);
  }
  const renumbered = new Map<Id, Id>();
  const nodes: GraphNode[] = [];
  all.forEach((node, id) => {
    if (!needed.has(id)) return;
    renumbered.set(id, nodes.length);
    nodes.push(renumber(node, (child) => renumbered.get(child)!));
  });
  const to = (id: Id): Id => renumbered.get(id)!;
  return { nodes, loss: to(loss), dChosen: to(dChosen), dRejected: to(dRejected) };
}

function renumber(node: GraphNode, to: (id: Id) => Id): GraphNode {
  if (node.op === 'const' || node.op === 'var') return node;
  if (node.op === 'select') return { op: node.op, c: to(node.c), x: to(node.x), y: to(node.y) };
  if (isBinary(node)) return { ...node, x: to(node.x), y: to(node.y) };
  return { ...node, x: to(node.x) };
}

/**
 * Runs a program once. `registers` is scratch of at least `nodes.length` numbers; afterwards it holds every node's value.
 */
export function runProgram(
  program: Program,
  variable: (name: VariableName) => number,
  arithmetic: Arithmetic,
  registers: Float64Array,
): void {
  const { round } = arithmetic;
  const { nodes } = program;
  for (let id = 0; id < nodes.length; id++) registers[id] = valueAt(nodes[id]!);

  function valueAt(node: GraphNode): number {
    switch (node.op) {
      case 'const':
        return round(node.value);
      case 'var':
        return variable(node.name);
      case 'select':
        return registers[node.c] !== 0 ? registers[node.x]! : registers[node.y]!;
    }
    const x = registers[node.x]!;
    switch (node.op) {
      case 'sigmoid':
        return arithmetic.sigmoid(x);
      case 'delta':
        return arithmetic.delta(x);
      case 'softplus':
        return arithmetic.softplus(x);
      case 'log1mexp':
        return arithmetic.log1mexp(x);
      default:
        return round(apply(node, x, 'y' in node ? registers[node.y]! : 0));
    }
  }
}
