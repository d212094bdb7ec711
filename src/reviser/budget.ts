// What a job may cost at most, in tokens and in money. A request is made only where even its longest reply stays within:
// what is in flight counts as that until it is known. Used by the queue.
import { remark, UserError, type Remark } from '../engine/errors';
import { costOf, type Price, type TokenEstimate } from './prices';

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

export interface BudgetLimits {
  /** Input and output together; no limit where absent. */
  readonly tokens?: number | undefined;
  /** US dollars. */
  readonly money?: number | undefined;
  /** Needed for a limit in money. */
  readonly price?: Price | undefined;
  /** What was spent before, e.g. before the page was closed. */
  readonly spent?: Tokens | undefined;
}

export interface Reservation {
  /** Puts what it took in place of what it might have taken. */
  settle(tokens: Tokens): void;
}

export interface Budget {
  /** Waits until what is in flight leaves room. @returns why there can be none, whatever comes of that. */
  reserve(most: TokenEstimate, signal: AbortSignal): Promise<Reservation | Remark>;
  spent(): Tokens;
  /** US dollars; undefined without a price. */
  money(): number | undefined;
}

/** @throws UserError for a limit in money without a price. */
export function createBudget({ tokens: mostTokens = Infinity, money: mostMoney = Infinity, price, spent: before }: BudgetLimits): Budget {
  if (mostMoney !== Infinity && price === undefined) {
    throw new UserError('The budget is in money, and no price of this model is known. Nothing was asked; enter its price, or set a budget in tokens.');
  }
  const spent = { input: before?.input ?? 0, output: before?.output ?? 0 };
  const reserved = { input: 0, output: 0 };
  let waiting: (() => void)[] = [];
  const cost = (tokens: Tokens): number => (price === undefined ? 0 : costOf(tokens, price));
  const sum = (...all: readonly Tokens[]): Tokens => ({ input: all.reduce((n, { input }) => n + input, 0), output: all.reduce((n, { output }) => n + output, 0) });
  const fits = (tokens: Tokens): boolean => tokens.input + tokens.output <= mostTokens && cost(tokens) <= mostMoney;

  const reserve = async ({ input, mostOutput }: TokenEstimate, signal: AbortSignal): Promise<Reservation | Remark> => {
    const most = { input, output: mostOutput };
    while (!fits(sum(spent, reserved, most))) {
      if (!fits(sum(spent, most))) return spentUp(sum(spent), most, mostTokens, mostMoney, cost);
      await changed(signal);
    }
    reserved.input += most.input;
    reserved.output += most.output;
    let open = true;
    return {
      settle: (real) => {
        if (!open) return;
        open = false;
        reserved.input -= most.input;
        reserved.output -= most.output;
        spent.input += real.input;
        spent.output += real.output;
        for (const wake of waiting.splice(0)) wake();
      },
    };
  };

  const changed = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const leave = (): void => {
        waiting = waiting.filter((one) => one !== wake);
        reject(signal.reason as Error);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });

  return { reserve, spent: () => ({ ...spent }), money: () => (price === undefined ? undefined : cost(spent)) };
}

function spentUp(spent: Tokens, most: Tokens, mostTokens: number, mostMoney: number, cost: (tokens: Tokens) => number): Remark {
  const used = spent.input + spent.output;
  const next = most.input + most.output;
  if (used + next > mostTokens) {
    return remark('The budget is {budget} tokens, {used} are spent, and the next request may take {next}, so it was not made. All replies are kept; raise the budget to go on.', {
      budget: mostTokens, used, next,
    });
  }
  return remark('The budget is ${budget}, ${used} are spent, and the next request may cost ${next}, so it was not made. All replies are kept; raise the budget to go on.', {
    budget: mostMoney, used: cost(spent).toFixed(4), next: cost(most).toFixed(4),
  });
}
