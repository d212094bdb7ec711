// What the computed behaviour of a gradient means, in sentences.
import { t } from '../../components/text';
import type { Behaviour, Push, Ray, SideFarOut } from '../../engine/objectives';

export function pushName(push: Push): string {
  return push === 'up' ? t('up') : push === 'down' ? t('down') : t('not at all');
}

export function rayName(ray: Ray): string {
  switch (ray) {
    case 'right':
      return t('Ever more right');
    case 'wrong':
      return t('Ever more wrong');
    case 'winnerUp':
      return t('Winner far up');
    case 'winnerDown':
      return t('Winner far down');
    case 'loserUp':
      return t('Loser far up');
    case 'loserDown':
      return t('Loser far down');
  }
}

export function farName({ push, limit }: SideFarOut): string {
  if (limit === 'undefined') return t('no number');
  if (limit === 'vanishes') return t('dies away');
  if (push === 'up') return limit === 'grows' ? t('up, ever harder') : t('up, steadily');
  return limit === 'grows' ? t('down, ever harder') : t('down, steadily');
}

const dead = ({ winner, loser }: Behaviour['far'][Ray]): boolean => winner.limit === 'vanishes' && loser.limit === 'vanishes';
const grows = ({ winner, loser }: Behaviour['far'][Ray]): boolean => winner.limit === 'grows' || loser.limit === 'grows';

function startSentence({ start: { winner, loser } }: Behaviour): string {
  if (winner.push === 'none' && loser.push === 'none') return t('At the start it pushes neither winner nor loser.');
  if (winner.push === 'none') {
    return loser.push === 'down'
      ? t('At the start it leaves winners alone and pushes losers down.')
      : t('At the start it leaves winners alone and pushes losers up.');
  }
  if (loser.push === 'none') {
    return winner.push === 'up'
      ? t('At the start it pushes winners up and leaves losers alone.')
      : t('At the start it pushes winners down and leaves losers alone.');
  }
  if (winner.push === 'up') {
    return loser.push === 'down' ? t('At the start it pushes winners up and losers down.') : t('At the start it pushes winners and losers up.');
  }
  return loser.push === 'down' ? t('At the start it pushes winners and losers down.') : t('At the start it pushes winners down and losers up.');
}

function winnerSentence({ shares: { winner } }: Behaviour): string {
  // A line of zeros within the plane is no part of it.
  const [up, down] = [winner.up > 0.005, winner.down > 0.005];
  if (up && down) {
    const percent = Math.round(winner.up * 100);
    // Halves of a percent must not make 101 of them.
    const rest = winner.up + winner.down > 0.995 ? 100 - percent : Math.round(winner.down * 100);
    return t('Where the pair stands decides whether winners go up ({up} % of this plane) or down ({down} %).', { up: percent, down: rest });
  }
  if (up) return t('It never pushes winners down.');
  if (down) return t('It never pushes winners up.');
  return t('It never moves winners.');
}

/** The findings that tell losses apart, most telling first. */
export function findings(behaviour: Behaviour): string[] {
  const { far, shares, marginOnly, broken } = behaviour;
  const moves = shares.winner.up + shares.winner.down + shares.loser.up + shares.loser.down > 0;
  return [
    startSentence(behaviour),
    ...(moves ? [winnerSentence(behaviour)] : []),
    ...(marginOnly ? [t('It pulls both sides with one force, so that only the margin is asked for: where either likelihood goes is left open.')] : []),
    ...(moves && shares.loser.up + shares.loser.down <= 0.005 ? [t('It never looks at losers.')] : []),
    ...(!moves
      ? []
      : dead(far.wrong)
        ? [t('A pair that is very wrong gets almost no gradient: it saturates there.')]
        : grows(far.wrong)
          ? [t('A pair is pushed harder the more wrong it is, without end.')]
          : [t('A pair that is very wrong keeps its push: it does not saturate there.')]),
    ...(!moves
      ? []
      : dead(far.right)
        ? [t('A pair that is right is let go.')]
        : far.right.winner.push === 'down' || far.right.loser.push === 'up'
          ? [t('A pair that is too right is pulled back.')]
          : [t('A pair that is right is pushed on for ever.')]),
    ...(broken ? [t('In a part of the plane the loss is no finite number; a policy that comes there is stopped.')] : []),
  ];
}
