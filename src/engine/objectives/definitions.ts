// Every objective of the lab as data: its expression over one pair, its source, and the range of its numbers.
// To add one, add an entry; value, derivative, shader and formula all follow from the expression.
import type { HyperName } from './language/names';
import type { Pairing } from './scores';

export interface Definition {
  /** What people call it. */
  readonly name: string;
  /** One sentence: what it rewards or what sets it apart. */
  readonly summary: string;
  /** The loss of one pair, in the expression language. */
  readonly expression: string;
  /** Paper and equation. */
  readonly citation: string;
  /** Where the objective's own default or range differs from the language's. */
  readonly hyper?: Partial<Record<HyperName, { readonly default?: number; readonly min?: number; readonly max?: number; readonly label?: string }>>;
  /** Batch-level objectives that sort; by default each pair stands alone. */
  readonly pairing?: Pairing;
}

const smoothed = '-(1 - labelSmoothing) * logsigmoid(beta * (sw - sl)) - labelSmoothing * logsigmoid(-beta * (sw - sl))';
const sorted = '-(1 - labelSmoothing) * logsigmoid(beta * (a - b)) - labelSmoothing * logsigmoid(-beta * (a - b))';

export const definitions: Readonly<Record<string, Definition>> = {
  dpo: {
    name: 'DPO',
    summary: 'Widens the margin between winner and loser; where either likelihood goes is left open.',
    expression: '-logsigmoid(beta * (sw - sl))',
    citation: 'Rafailov et al. 2023, arXiv 2305.18290, Eq. 7',
  },
  apo_zero: {
    name: 'APO-zero',
    summary: 'Raises winners and lowers losers, each against the reference; for winners better than the policy.',
    expression: '1 - sigmoid(beta * a) + sigmoid(beta * b)',
    citation: 'D’Oosterlinck et al. 2024, arXiv 2408.06266, Eq. 7',
  },
  apo_down: {
    name: 'APO-down',
    summary: 'Lowers winners and lowers losers more; for a policy already better than the winners.',
    expression: 'sigmoid(beta * a) + 1 - sigmoid(beta * (sw - sl))',
    citation: 'D’Oosterlinck et al. 2024, arXiv 2408.06266, Eq. 8',
  },
  sft: {
    name: 'SFT',
    summary: 'Imitates the winners, token by token, and never looks at the losers or the reference.',
    // Each pair's own token mean, so that a pair counts the same in any batch; TRL's mean is over all tokens of the batch.
    expression: '-lw / nw',
    citation: 'Cross-entropy, mean over the chosen completion’s tokens',
  },
  kto: {
    name: 'KTO',
    summary: 'Holds winners above and losers below a moving zero, the batch’s estimate of the KL divergence.',
    expression: 'desirableWeight * (1 - sigmoid(beta * (a - KL))) + undesirableWeight * (1 - sigmoid(beta * (KL - b)))',
    citation: 'Ethayarajh et al. 2024, arXiv 2402.01306, Eq. 7',
  },
  apo_zero_unpaired: {
    name: 'APO-zero, unpaired',
    summary: 'KTO with its zero fixed at the reference: APO-zero with a weight for each side.',
    expression: 'desirableWeight * (1 - sigmoid(beta * a)) + undesirableWeight * sigmoid(beta * b)',
    citation: 'D’Oosterlinck et al. 2024, arXiv 2408.06266, Eq. 7, as TRL’s KTOTrainer weights it',
  },
  hinge: {
    name: 'Hinge (SLiC)',
    summary: 'Asks for a margin of one and then stops.',
    expression: 'max(0, 1 - beta * (sw - sl))',
    citation: 'Zhao et al. 2023, arXiv 2305.10425; normalised as in Liu et al. 2023, arXiv 2309.06657',
  },
  ipo: {
    name: 'IPO',
    summary: 'Pulls the margin per token towards a fixed target, from both sides.',
    expression: '(sw / nw - sl / nl - 1 / (2 * beta)) ^ 2',
    citation: 'Azar et al. 2023, arXiv 2310.12036, Eq. 17, with token means as in TRL',
  },
  exo_pair: {
    name: 'EXO',
    summary: 'Minimises the reverse KL divergence to the smoothed preference instead of the forward one.',
    expression:
      'sigmoid(beta * (sw - sl)) * (logsigmoid(beta * (sw - sl)) - log(1 - labelSmoothing))' +
      ' + sigmoid(-beta * (sw - sl)) * (logsigmoid(-beta * (sw - sl)) - log(labelSmoothing))',
    citation: 'Ji et al. 2024, arXiv 2402.00856, Eq. 16',
    hyper: { labelSmoothing: { default: 1e-3, min: 1e-9, max: 0.5 } },
  },
  nca_pair: {
    name: 'NCA',
    summary: 'Lifts the winner outright while it pushes both away from runaway rewards.',
    expression: '-logsigmoid(beta * sw) - 0.5 * logsigmoid(-beta * sw) - 0.5 * logsigmoid(-beta * sl)',
    citation: 'Chen et al. 2024, arXiv 2402.05369',
  },
  robust: {
    name: 'Robust DPO',
    summary: 'DPO made unbiased for labels of which a known share is flipped.',
    expression:
      '(-(1 - labelSmoothing) * logsigmoid(beta * (sw - sl)) + labelSmoothing * logsigmoid(-beta * (sw - sl))) / (1 - 2 * labelSmoothing)',
    citation: 'Chowdhury et al. 2024, arXiv 2403.00409',
    hyper: { labelSmoothing: { default: 0.1, max: 0.49 } },
  },
  cdpo: {
    name: 'cDPO',
    summary: 'DPO with smoothed labels: it stops at a margin instead of pushing for ever.',
    expression: smoothed,
    citation: 'Mitchell 2023, A note on DPO with noisy preferences and relationship to IPO',
    hyper: { labelSmoothing: { default: 0.1, max: 0.5 } },
  },
  bco_pair: {
    name: 'BCO',
    summary: 'Classifies winners as good and losers as bad, each on its own.',
    expression: '-logsigmoid(beta * sw) - logsigmoid(-beta * sl)',
    citation: 'Jung et al. 2024, arXiv 2404.04656, without the running reward shift, as in TRL’s bco_pair',
  },
  sppo_hard: {
    name: 'SPPO',
    summary: 'Pulls the winner’s log-ratio to a target above zero and the loser’s to the same below.',
    expression: '(sw - 1 / (2 * beta)) ^ 2 + (sl + 1 / (2 * beta)) ^ 2',
    citation: 'Wu et al. 2024, arXiv 2405.00675, Eq. 4.7, with hard labels as in TRL',
  },
  aot: {
    name: 'AOT',
    summary: 'Compares sorted margins of policy and reference, so that the whole distribution moves up.',
    expression: sorted,
    citation: 'Melnyk et al. 2024, arXiv 2406.05882, paired',
    hyper: { labelSmoothing: { max: 0.5 } },
    pairing: 'sortedDifferences',
  },
  aot_unpaired: {
    name: 'AOT, unpaired',
    summary: 'Compares sorted winners with sorted losers, whichever prompt they belong to.',
    expression: sorted,
    citation: 'Melnyk et al. 2024, arXiv 2406.05882, unpaired',
    hyper: { labelSmoothing: { max: 0.5 } },
    pairing: 'sortedRatios',
  },
  discopop: {
    name: 'DiscoPOP',
    summary: 'A loss found by a language model: logistic for small margins, exponential for large ones.',
    // μ e^{−z} is written exp(log μ − z): at large negative z the two factors are 0 and ∞.
    expression:
      '-sigmoid(-beta * (sw - sl) / tau) * logsigmoid(beta * (sw - sl))' +
      ' + exp(logsigmoid(beta * (sw - sl) / tau) - beta * (sw - sl))',
    citation: 'Lu et al. 2024, arXiv 2406.08414, Eq. 5',
  },
  dpo_norm: {
    name: 'DPO, length-normalised',
    summary: 'DPO on log-ratios per token, so that length buys nothing.',
    expression: '-logsigmoid(beta * (sw / nw - sl / nl))',
    citation: 'Lambert et al. 2024, arXiv 2411.15124, §5',
  },
  dpop: {
    name: 'DPOP',
    summary: 'DPO with a penalty wherever the winner falls below the reference.',
    expression: '-logsigmoid(beta * (sw - sl - lambda * max(0, -a)))',
    citation: 'Pal et al. 2024, arXiv 2402.13228, Eq. 3',
    hyper: { lambda: { default: 50 } },
  },
  r_dpo: {
    name: 'R-DPO',
    summary: 'DPO with a margin for length, which takes away the reward of being long.',
    expression: '-logsigmoid(beta * (sw - sl) + alpha * (nw - nl))',
    citation: 'Park et al. 2024, arXiv 2403.19159',
    hyper: { alpha: { default: 0.05, label: 'Length weight' } },
  },
  simpo: {
    name: 'SimPO',
    summary: 'Compares mean log-probabilities, without a reference, and asks for a margin.',
    expression: '-logsigmoid(beta * (lw / nw - ll / nl) - gamma)',
    citation: 'Meng et al. 2024, arXiv 2405.14734, Eq. 6',
    hyper: { beta: { default: 2.5 }, gamma: { default: 1.375 } },
  },
  orpo: {
    name: 'ORPO',
    summary: 'SFT on the winner with a bonus for its odds against the loser; no reference.',
    expression: '-lw / nw - beta * logsigmoid(logodds(lw / nw) - logodds(ll / nl))',
    citation: 'Hong et al. 2024, arXiv 2403.07691, Eq. 6–7; beta is the paper’s lambda',
  },
  cpo: {
    name: 'CPO',
    summary: 'DPO without a reference, held to the winners by some SFT.',
    expression: '-logsigmoid(beta * (lw - ll)) - alpha * lw / nw',
    citation: 'Xu et al. 2024, arXiv 2401.08417, with the token-mean likelihood term of its authors’ code',
    hyper: { alpha: { label: 'SFT weight' } },
  },
};
