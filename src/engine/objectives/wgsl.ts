// Prints a compiled objective as WGSL: one function from a pair and its hyper-parameters to the loss and both derivatives.
import { programOf, resolveHyper, type CompiledObjective, type HyperInput } from './compile';
import { isBinary, type BinaryOperation, type GraphNode, type Id } from './graph';
import { hyperNames, isPairVariable, type HyperName } from './language/names';

/**
 * Structures and stable functions that every objective's function uses; goes into a shader once.
 *
 * `ObjectivePair` holds one place of the loss: for objectives that sort, the caller has put the right pairs' numbers there.
 * `ObjectiveHyper` is the array that `packHyper` makes.
 * WGSL lets an implementation assume that no infinity or NaN occurs, so exponents are held within float32's range,
 * and the accuracy of its exp, log and pow is loose, so exp is computed here (to about 1 ulp).
 */
export const objectiveWgslPrelude = /* wgsl */ `
struct ObjectivePair { lw: f32, ll: f32, refw: f32, refl: f32, nw: f32, nl: f32, KL: f32 }
struct ObjectiveHyper { ${hyperNames.map((name) => `${name}: f32`).join(', ')} }
struct ObjectiveResult { loss: f32, dChosen: f32, dRejected: f32 }

// The bits of a NaN, in a variable because WGSL refuses a constant. Outside its domain a function of WGSL gives whatever it
// likes; here it gives this, so that a policy whose loss is no number is found out by the bits of what comes of it.
var<private> lab_void: u32 = 0x7fc00000u;
fn lab_log(x: f32) -> f32 { return select(bitcast<f32>(lab_void), log(max(x, 1e-38)), x > 0.0); }
fn lab_sqrt(x: f32) -> f32 { return select(bitcast<f32>(lab_void), sqrt(max(x, 0.0)), x >= 0.0); }
// exp(x) = 2^k exp(r), r = x - k log 2 within half of log 2; log 2 in two parts (Cody and Waite).
fn lab_exp(x: f32) -> f32 {
  let held = clamp(x, -87.3, 88.7);
  let k = round(held * 1.44269504);
  let r = (held - k * 0.693359375) + k * 2.12194440e-4;
  let p = 1.0 + r * (1.0 + r * (0.5 + r * (0.16666667 + r * (0.041666668 + r * (0.008333334 + r * 0.0013888889)))));
  // In two halves, since 2^128 is no float32.
  let half = i32(k) / 2;
  let scaled = p * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(i32(k) - half + 127) << 23u);
  return select(scaled, 0.0, x < -87.3);
}
// log(1 + x) for x in [-1/2, 1], as 2 artanh(x / (2 + x)).
fn lab_log1p(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (0.33333334 + q * (0.2 + q * (0.14285715 + q * (0.11111111 + q * (0.09090909 + q * 0.07692308))))));
}
fn lab_expm1(x: f32) -> f32 {
  let near = x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * (0.0013888889 + x * 0.00019841270))))));
  return select(lab_exp(x) - 1.0, near, abs(x) < 0.5);
}
fn lab_sigmoid(x: f32) -> f32 {
  let e = lab_exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
fn lab_delta(x: f32) -> f32 {
  let e = lab_exp(-abs(x));
  return e / ((1.0 + e) * (1.0 + e));
}
fn lab_softplus(x: f32) -> f32 { return max(x, 0.0) + lab_log1p(lab_exp(-abs(x))); }
fn lab_log1mexp(x: f32) -> f32 {
  // Both branches are computed; each is kept where its own argument is sound.
  let near = log(max(-lab_expm1(x), 1e-38));
  let far = lab_log1p(-lab_exp(min(x, -0.6931472)));
  return select(far, near, x > -0.6931472);
}
// WGSL's pow is undefined below 0; whole powers of negative numbers are not, and others are no numbers.
fn lab_pow(x: f32, y: f32) -> f32 {
  let size = pow(abs(x), y);
  let odd = abs(y) % 2.0 == 1.0;
  return select(select(size, -size, x < 0.0 && odd), bitcast<f32>(lab_void), x < 0.0 && abs(y) % 1.0 != 0.0);
}
`;

export interface ObjectiveWgsl {
  /** The function's name. */
  readonly name: string;
  /** `fn NAME(pair: ObjectivePair, hyper: ObjectiveHyper) -> ObjectiveResult { … }`; needs `objectiveWgslPrelude`. */
  readonly code: string;
}

/**
 * The objective as a WGSL function. `hyper` matters only through its f-divergence, which is fixed in the code;
 * all other numbers are read from `ObjectiveHyper` (see `packHyper`). `name` must be a WGSL identifier.
 */
export function objectiveWgsl(
  objective: CompiledObjective,
  hyper: HyperInput = {},
  name = `objective_${objective.id}`,
): ObjectiveWgsl {
  const program = programOf(objective, resolveHyper(objective, hyper).divergence);
  const lines = program.nodes.map((node, id) => `  let v${id} = ${expressionOf(node)};`);
  const code = [
    `fn ${name}(pair: ObjectivePair, hyper: ObjectiveHyper) -> ObjectiveResult {`,
    ...lines,
    `  return ObjectiveResult(${ref(program.loss)}, ${ref(program.dChosen)}, ${ref(program.dRejected)});`,
    '}',
  ].join('\n');
  return { name, code };
}

/** An objective's numbers in the order of `ObjectiveHyper`, defaults filled in: 4 · `hyperNames.length` bytes a policy. */
export function packHyper(objective: CompiledObjective, hyper: HyperInput): Float32Array {
  const { values } = resolveHyper(objective, hyper);
  return Float32Array.from(hyperNames, (name: HyperName) => values[name]);
}

const ref = (id: Id): string => `v${id}`;

function expressionOf(node: GraphNode): string {
  switch (node.op) {
    case 'const':
      return literal(node.value);
    case 'var':
      return variable(node.name);
    case 'select':
      return `select(${ref(node.y)}, ${ref(node.x)}, ${ref(node.c)} != 0.0)`;
  }
  const x = ref(node.x);
  if (isBinary(node)) return binary(node.op, x, ref(node.y));
  switch (node.op) {
    case 'neg':
      return `-${x}`;
    case 'detach':
      return x;
    case 'abs':
      return `abs(${x})`;
    default:
      return `lab_${node.op}(${x})`;
  }
}

function binary(op: BinaryOperation, x: string, y: string): string {
  switch (op) {
    case 'add':
      return `${x} + ${y}`;
    case 'sub':
      return `${x} - ${y}`;
    case 'mul':
      return `${x} * ${y}`;
    case 'div':
      return `${x} / ${y}`;
    case 'pow':
      return `lab_pow(${x}, ${y})`;
    case 'gt':
      return `select(0.0, 1.0, ${x} > ${y})`;
    case 'ge':
      return `select(0.0, 1.0, ${x} >= ${y})`;
    default:
      return `${op}(${x}, ${y})`;
  }
}

function variable(name: string): string {
  if (!isPairVariable(name)) return `hyper.${name}`;
  switch (name) {
    case 'a':
    case 'sw':
      return '(pair.lw - pair.refw)';
    case 'b':
    case 'sl':
      return '(pair.ll - pair.refl)';
    default:
      return `pair.${name}`;
  }
}

/** A float32 literal. A constant beyond float32 is held at its largest number, which WGSL would otherwise refuse. */
function literal(value: number): string {
  const largest = 3.4028234663852886e38;
  // No number has no literal; it can only come from a formula such as log(-1).
  if (Number.isNaN(value)) return 'bitcast<f32>(lab_void)';
  const single = Math.fround(Math.min(largest, Math.max(-largest, value)));
  const text = String(single);
  return `f32(${text}${/[.e]/.test(text) ? '' : '.0'})`;
}
