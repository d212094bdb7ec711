// From the tree a person wrote to the graph that computes: language functions become the few operations of a graph.
import type { GraphBuilder } from './builder';
import type { Id } from './graph';
import type { FunctionName } from './language/names';
import type { BinaryOperator, Expression } from './language/tree';

/** Adds an expression to a graph and returns its node. */
export function lower(expression: Expression, graph: GraphBuilder): Id {
  switch (expression.kind) {
    case 'number':
      return graph.constant(expression.value);
    case 'name':
      return graph.variable(expression.name);
    case 'negate':
      return graph.unary('neg', lower(expression.of, graph));
    case 'binary':
      return lowerBinary(expression.op, lower(expression.left, graph), lower(expression.right, graph), graph);
    case 'call':
      return lowerCall(
        expression.fn,
        expression.args.map((arg) => lower(arg, graph)),
        graph,
      );
  }
}

function lowerBinary(op: BinaryOperator, x: Id, y: Id, graph: GraphBuilder): Id {
  switch (op) {
    case '+':
      return graph.add(x, y);
    case '-':
      return graph.sub(x, y);
    case '*':
      return graph.mul(x, y);
    case '/':
      return graph.div(x, y);
    case '^':
      return graph.pow(x, y);
    case '>':
      return graph.gt(x, y);
    case '<':
      return graph.gt(y, x);
    case '>=':
      return graph.ge(x, y);
    case '<=':
      return graph.ge(y, x);
  }
}

function lowerCall(fn: FunctionName, args: readonly Id[], graph: GraphBuilder): Id {
  // The parser has checked how many arguments each function has.
  const [x, y, z] = args as [Id, Id, Id];
  const zero = graph.constant(0);
  switch (fn) {
    case 'logsigmoid':
      return graph.unary('neg', graph.unary('softplus', graph.unary('neg', x)));
    case 'logodds': {
      // The bound keeps a probability of 1 from infinite odds.
      const held = graph.min(x, graph.constant(-1e-6));
      return graph.sub(held, graph.unary('log1mexp', held));
    }
    case 'square':
      return graph.mul(x, x);
    case 'sign':
      return signOf(x, graph);
    case 'step':
      return graph.gt(x, zero);
    case 'max':
      return args.reduce((left, right) => graph.max(left, right));
    case 'min':
      return args.reduce((left, right) => graph.min(left, right));
    case 'clamp':
      return graph.min(graph.max(x, y), z);
    case 'where':
      return graph.select(x, y, z);
    default:
      return graph.unary(fn, x);
  }
}

/** −1, 0 or 1. */
export function signOf(x: Id, graph: GraphBuilder): Id {
  const zero = graph.constant(0);
  return graph.sub(graph.gt(x, zero), graph.gt(zero, x));
}
