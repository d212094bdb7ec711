// A field's numbers as a table: the losses and gradients that the arrows stand for.
import type { TableContent } from '../../components/DataTable';
import { formatFixed } from '../../components/format';
import { t } from '../../components/text';
import type { Field } from '../../engine/objectives';

/** Every sixth point of the grid, the start among them. */
const EVERY = 6;

export function fieldTable(title: string, field: Field, beta: number): TableContent {
  const places = field.axis.map((_, i) => i).filter((i) => i % EVERY === 0);
  return {
    caption: t('{title}: a step down the gradient moves each log-probability by this much, per β. Rewards of winner and loser name the point.', { title }),
    columns: [t('Winner, loser'), t('Loss'), t('Push on the winner'), t('Push on the loser')],
    rows: places.flatMap((row) =>
      places.map((column) => {
        const at = row * field.size + column;
        return [
          `${formatFixed(field.axis[column], 2)}, ${formatFixed(field.axis[row], 2)}`,
          formatFixed(field.loss[at], 4),
          formatFixed(-field.dChosen[at]! / beta, 4),
          formatFixed(-field.dRejected[at]! / beta, 4),
        ];
      }),
    ),
  };
}
