// How much a student and a whole class may ask of the relay: requests in any minute, and tokens until it is stopped.
// Knows students by a text that stands for them; holds counts and nothing of what was said.

export interface LimitOptions {
  readonly requestsPerMinute: number;
  readonly studentRequestsPerMinute: number;
  readonly tokens: number;
  readonly studentTokens: number;
}

export type Refusal =
  | { readonly reason: 'rate'; readonly whose: 'student' | 'class'; readonly retryAfterSeconds: number }
  | { readonly reason: 'quota'; readonly whose: 'student' | 'class' };

/** What a request took from the limits until it is known what it cost. */
export interface Grant {
  /** Puts what it cost in place of what was set aside; a second call does nothing. */
  settle(tokens: number): void;
}

export interface Usage {
  requests: number;
  tokens: number;
}

export interface Limits {
  /** @param estimate tokens that the request may cost at most. */
  ask(student: string, estimate: number): Grant | Refusal;
  readonly total: Readonly<Usage>;
  readonly students: ReadonlyMap<string, Readonly<Usage>>;
}

const MINUTE = 60_000;

/** Times of requests in the minute that ends now. */
class Window {
  private times: number[] = [];

  constructor(private readonly most: number) {}

  /** Milliseconds until one more may come; 0 if it may now. */
  wait(now: number): number {
    this.times = this.times.filter((time) => now - time < MINUTE);
    return this.times.length < this.most ? 0 : this.times[this.times.length - this.most]! + MINUTE - now;
  }

  add(now: number): void {
    this.times.push(now);
  }

  isQuiet(now: number): boolean {
    return this.times.every((time) => now - time >= MINUTE);
  }
}

/** Windows that are remembered before quiet ones are looked for, so that invented students cannot fill the memory. */
const MANY = 1000;

export function createLimits(options: LimitOptions, now: () => number = Date.now): Limits {
  const everybody = new Window(options.requestsPerMinute);
  const windows = new Map<string, Window>();
  const total: Usage = { requests: 0, tokens: 0 };
  const students = new Map<string, Usage>();

  function windowOf(student: string): Window {
    const known = windows.get(student);
    if (known !== undefined) return known;
    if (windows.size >= MANY) for (const [name, one] of windows) if (one.isQuiet(now())) windows.delete(name);
    const fresh = new Window(options.studentRequestsPerMinute);
    windows.set(student, fresh);
    return fresh;
  }

  return {
    total,
    students,
    ask(student, estimate) {
      const own = students.get(student) ?? { requests: 0, tokens: 0 };
      if (own.tokens + estimate > options.studentTokens) return { reason: 'quota', whose: 'student' };
      if (total.tokens + estimate > options.tokens) return { reason: 'quota', whose: 'class' };
      const window = windowOf(student);
      for (const [whose, one] of [['student', window], ['class', everybody]] as const) {
        const wait = one.wait(now());
        if (wait > 0) return { reason: 'rate', whose, retryAfterSeconds: Math.ceil(wait / 1000) };
      }
      window.add(now());
      everybody.add(now());
      students.set(student, own);
      for (const usage of [own, total]) {
        usage.requests += 1;
        usage.tokens += estimate;
      }
      let settled = false;
      return {
        settle(tokens) {
          if (settled) return;
          settled = true;
          for (const usage of [own, total]) usage.tokens += tokens - estimate;
        },
      };
    },
  };
}
