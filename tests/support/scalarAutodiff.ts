// Reverse-mode automatic differentiation over single float64 numbers: slow, plain, and independent of the engine.
// The engine's gradients are tested against it.

export class Scalar {
  gradient = 0;
  constructor(
    readonly value: number,
    private readonly parents: readonly (readonly [Scalar, number])[] = [],
  ) {}

  add(other: Scalar): Scalar {
    return new Scalar(this.value + other.value, [[this, 1], [other, 1]]);
  }
  sub(other: Scalar): Scalar {
    return new Scalar(this.value - other.value, [[this, 1], [other, -1]]);
  }
  mul(other: Scalar): Scalar {
    return new Scalar(this.value * other.value, [[this, other.value], [other, this.value]]);
  }
  times(factor: number): Scalar {
    return new Scalar(this.value * factor, [[this, factor]]);
  }
  exp(): Scalar {
    const value = Math.exp(this.value);
    return new Scalar(value, [[this, value]]);
  }
  log(): Scalar {
    return new Scalar(Math.log(this.value), [[this, 1 / this.value]]);
  }
  power(exponent: number): Scalar {
    return new Scalar(this.value ** exponent, [[this, exponent * this.value ** (exponent - 1)]]);
  }
  div(other: Scalar): Scalar {
    return this.mul(other.power(-1));
  }

  /** Sets `gradient` on everything this number was made from. */
  backward(): void {
    const order: Scalar[] = [];
    const seen = new Set<Scalar>();
    // An explicit stack: the graphs are deeper than the call stack allows.
    const stack: [Scalar, number][] = [[this, 0]];
    seen.add(this);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const parent = top[0].parents[top[1]++];
      if (!parent) {
        order.push(top[0]);
        stack.pop();
      } else if (!seen.has(parent[0])) {
        seen.add(parent[0]);
        stack.push([parent[0], 0]);
      }
    }
    this.gradient = 1;
    for (const node of order.reverse()) {
      for (const [parent, slope] of node.parents) parent.gradient += slope * node.gradient;
    }
  }
}

export const constant = (value: number): Scalar => new Scalar(value);

export function sum(values: readonly Scalar[]): Scalar {
  return new Scalar(
    values.reduce((total, { value }) => total + value, 0),
    values.map((value) => [value, 1] as const),
  );
}

export function dot(a: readonly Scalar[], b: readonly Scalar[]): Scalar {
  return sum(a.map((value, i) => value.mul(b[i]!)));
}
