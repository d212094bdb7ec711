// The fused choice of the next token. It chooses what `chooseToken` chooses, but sorts nothing: a place in the order of
// falling probability (the last of the top-k, the last of the nucleus, the one that was drawn) is found digit by digit.
import type { Operation } from '../../gpu/operation';
import type { Dispatch, Kernel } from '../../gpu/runtime';
import { STATE } from '../attention/decoding.wgsl';
import { composedChoice, SETTINGS, type ChoiceBuffers, type ChoiceShape } from './choice';

/** Threads that share a row, 16 at least. A GPU runs 32 in step, and has something to do for more only where a row is long. */
const threadsFor = (V: number): number => (V <= 4096 ? 32 : 128);
/**
 * The same where a processor imitates the GPU. At a barrier SwiftShader pays for every one: 64 took it 1.8 times as long as
 * 32, and 32 took 1.5 times as long as 16.
 */
const FEW_THREADS = 16;

/**
 * One workgroup a row. A token's place in the order is a pair of words, first its logit's bits, mapped so that they order
 * as the logits do, then its number, inverted, so that of equal logits the lowest number comes first. No two are alike.
 * A search goes through the eight hexadecimal digits of the first word and as many of the second as V has: it adds up, for
 * each value of the digit, the weights of the tokens that agree with the place on all digits before, and walks down from
 * the highest until the sum reaches the target. That is 32·V steps at most and two barriers a digit.
 */
export function tokenChoice(shape: ChoiceShape, buffers: ChoiceBuffers): Operation {
  const { rows, S, V, context } = shape;
  const { settings, logits, prompts, state, ids, drawn } = buffers;
  const dispatch = (kernel: Kernel): Dispatch => ({
    kernel,
    uniforms: [rows, S, context],
    buffers: [settings, logits, prompts, state, ids, drawn],
    workgroups: [rows, 1, 1],
  });
  return {
    kernel: 'token choice',
    fused: [dispatch(choiceKernel('token_choice', V, threadsFor(V)))],
    quads: [dispatch(choiceKernel('token_choice_quads', V, FEW_THREADS))],
    composed: (memory) => composedChoice(memory, shape, buffers),
  };
}

function choiceKernel(name: string, V: number, threads: number): Kernel {
  const lowDigits = Math.max(1, Math.ceil(Math.log2(Math.max(2, V)) / 4));
  return {
    name,
    code: /* wgsl */ `
struct Dims { rows: u32, S: u32, context: u32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> settings: array<u32, ${SETTINGS}>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> prompts: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> ids: array<u32>;
@group(0) @binding(6) var<storage, read_write> drawn: array<u32>;

const V = ${V}u;
const THREADS = ${threads}u;

/** A token's place in the order: higher comes first. */
struct Place { high: u32, low: u32 }
struct Found { place: Place, mass: f32 }

var<workgroup> complete: u32;
var<workgroup> bins: array<f32, ${16 * threads}>;
var<workgroup> sums: array<f32, 16>;
var<workgroup> best: array<vec2u, ${threads}>;

fn placeOf(logit: f32, v: u32) -> Place {
  let bits = bitcast<u32>(logit);
  // Of the two zeros neither comes first.
  let positive = bits < 0x80000000u || bits == 0x80000000u;
  let high = select(~bits, (bits & 0x7fffffffu) | 0x80000000u, positive);
  return Place(high, V - 1u - v);
}

fn notAfter(a: Place, b: Place) -> bool { return a.high > b.high || (a.high == b.high && a.low >= b.low); }

/** The sum over threads of what each gives. */
fn total(thread: u32, value: f32) -> f32 {
  bins[thread] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var t = 0u; t < THREADS; t++) { sum += bins[t]; }
  workgroupBarrier();
  return sum;
}

/**
 * The first place at which the running sum, from the highest place down, reaches \`target\`, or goes beyond it where
 * \`beyond\`; and the sum there. Every token weighs 1 where \`counting\`, else exp(scale · (logit − top)); those after
 * \`last\` weigh nothing. Sums may round differently from digit to digit: then it is the last place that weighs anything.
 */
fn search(thread: u32, at: u32, top: f32, scale: f32, last: Place, counting: bool, goal: f32, beyond: bool) -> Found {
  var found = Place(0u, 0u);
  var above = 0.0;
  var here = 0.0;
  for (var round = 0u; round < ${8 + lowDigits}u; round++) {
    let inHigh = round < 8u;
    let shift = select(4u * (${8 + lowDigits - 1}u - round), 4u * (7u - round), inHigh);
    for (var d = 0u; d < 16u; d++) { bins[d * THREADS + thread] = 0.0; }
    for (var v = thread; v < V; v += THREADS) {
      let logit = logits[at + v];
      let place = placeOf(logit, v);
      // Shifted twice: by 32 at once WGSL would not shift at all.
      let agrees = select(
        place.high == found.high && ((place.low >> shift) >> 4u) == ((found.low >> shift) >> 4u),
        ((place.high >> shift) >> 4u) == ((found.high >> shift) >> 4u),
        inHigh,
      );
      if (agrees && notAfter(place, last)) {
        let digit = (select(place.low, place.high, inHigh) >> shift) & 15u;
        bins[digit * THREADS + thread] += select(exp(scale * (logit - top)), 1.0, counting);
      }
    }
    workgroupBarrier();
    if (thread < 16u) {
      var sum = 0.0;
      // Each begins elsewhere, so that they do not all wait for the same bank of memory.
      for (var t = 0u; t < THREADS; t++) { sum += bins[thread * THREADS + (t + thread) % THREADS]; }
      sums[thread] = sum;
    }
    workgroupBarrier();
    var digit = 0u;
    var before = above;
    var sum = above;
    for (var i = 0u; i < 16u; i++) {
      let d = 15u - i;
      if (sums[d] > 0.0) {
        digit = d;
        before = sum;
        sum += sums[d];
        if (select(sum >= goal, sum > goal, beyond)) { break; }
      }
    }
    above = before;
    here = sum;
    if (inHigh) { found.high |= digit << shift; } else { found.low |= digit << shift; }
  }
  return Found(found, here);
}

/** \`hashWords\` of random.ts. */
fn hashWord(h: u32, word: u32) -> u32 {
  var x = (h ^ word) * 0x85ebca6bu;
  x ^= x >> 13u;
  x *= 0xc2b2ae35u;
  x ^= x >> 16u;
  return x + 0x9e3779b9u;
}
fn hash(a: u32, b: u32, c: u32) -> u32 {
  var h = hashWord(hashWord(hashWord(0x9e3779b9u, a), b), c);
  h ^= h >> 16u;
  h *= 0x85ebca6bu;
  h ^= h >> 13u;
  h *= 0xc2b2ae35u;
  h ^= h >> 16u;
  return h;
}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let row = group.x;
  if (thread == 0u) { complete = state[row * ${STATE}u + 1u]; }
  if (workgroupUniformLoad(&complete) != 0u) { return; }
  let at = row * V;

  var mine = Place(0u, 0u);
  for (var v = thread; v < V; v += THREADS) {
    let place = placeOf(logits[at + v], v);
    if (notAfter(place, mine)) { mine = place; }
  }
  best[thread] = vec2u(mine.high, mine.low);
  workgroupBarrier();
  for (var t = 0u; t < THREADS; t++) {
    let place = Place(best[t].x, best[t].y);
    if (notAfter(place, mine)) { mine = place; }
  }
  var chosen = V - 1u - mine.low;
  let top = logits[at + chosen];
  var z = 0.0;
  for (var v = thread; v < V; v += THREADS) { z += exp(logits[at + v] - top); }
  z = total(thread, z);

  let length = state[row * ${STATE}u];
  let position = length - prompts[row % dims.S];
  if (settings[0] == 0u) {
    let scale = bitcast<f32>(settings[1]);
    var last = Place(0u, 0u);
    if (settings[2] > 0u && settings[2] < V) {
      last = search(thread, at, top, scale, last, true, f32(settings[2]), false).place;
    }
    var mass = 0.0;
    for (var v = thread; v < V; v += THREADS) {
      let logit = logits[at + v];
      if (notAfter(placeOf(logit, v), last)) { mass += exp(scale * (logit - top)); }
    }
    mass = total(thread, mass);
    if (settings[3] == 1u) {
      let nucleus = search(thread, at, top, scale, last, false, bitcast<f32>(settings[4]) * mass, false);
      last = nucleus.place;
      mass = nucleus.mass;
    }
    let fraction = f32(hash(hash(settings[5], settings[7] + row % dims.S, position), 0u, 0u) >> 8u) / 16777216.0;
    chosen = V - 1u - search(thread, at, top, scale, last, false, fraction * mass, true).place.low;
  }
  // What no logits lead to, broken ones may: a token beyond the vocabulary would be looked up next.
  chosen = min(chosen, V - 1u);
  if (thread == 0u) {
    let to = (position * dims.rows + row) * 2u;
    drawn[to] = chosen;
    drawn[to + 1u] = bitcast<u32>(logits[at + chosen] - top - log(z));
    let ended = chosen == settings[6];
    if (!ended) {
      ids[row] = chosen;
      state[row * ${STATE}u] = length + 1u;
    }
    state[row * ${STATE}u + 1u] = select(0u, 1u, ended || length + 1u >= dims.context);
  }
}`,
  };
}
