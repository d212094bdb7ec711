// SHA-256 (FIPS 180-4), of bytes that come in pieces. The browser's own is offered only to pages served over https or from
// the same machine, and wants all bytes at once; a class may well open the lab from a teacher's laptop over plain http.

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the
// first 8: worked out, as the standard defines them. A double carries 52 bits, enough for both.
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
const H = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));

/** Takes one block of 64 bytes into the state. `w` is room for the message schedule. */
function compress(state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let t = 0; t < 16; t++, at += 4) {
    w[t] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

export interface Sha256 {
  update(piece: Uint8Array): void;
  /** The digest of everything so far, in lower-case hexadecimal; more may follow. */
  hex(): string;
}

export function createSha256(): Sha256 {
  const state = H.slice();
  const w = new Int32Array(64);
  /** What does not fill a block yet. */
  const rest = new Uint8Array(64);
  let length = 0;

  return {
    update: (piece) => {
      let at = 0;
      const filled = length % 64;
      length += piece.length;
      if (filled > 0) {
        at = Math.min(64 - filled, piece.length);
        rest.set(piece.subarray(0, at), filled);
        if (filled + at < 64) return;
        compress(state, w, rest, 0);
      }
      for (; at + 64 <= piece.length; at += 64) compress(state, w, piece, at);
      rest.set(piece.subarray(at));
    },
    hex: () => {
      // The message, a one bit, zeros, and the length in bits as 64 bits fill up whole blocks of 64 bytes.
      const filled = length % 64;
      const end = new Uint8Array(filled < 56 ? 64 : 128);
      end.set(rest.subarray(0, filled));
      end[filled] = 0x80;
      const view = new DataView(end.buffer);
      view.setUint32(end.length - 8, Math.floor(length / 2 ** 29));
      view.setUint32(end.length - 4, length << 3);
      const last = state.slice();
      for (let at = 0; at < end.length; at += 64) compress(last, w, end, at);
      return Array.from(last, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}

/** The digest of bytes, or of text as UTF-8, in lower-case hexadecimal. */
export function sha256(input: Uint8Array | string): string {
  const hash = createSha256();
  hash.update(typeof input === 'string' ? new TextEncoder().encode(input) : input);
  return hash.hex();
}
