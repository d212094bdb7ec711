import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { usualPair } from '../../../src/engine/objectives';
import { readLink } from '../../../src/stores/link';
import { noticesStore } from '../../../src/stores/notices';
import { changeHyper, changeTheory, chooseLoss, nameLoss, startingTheory, theoryStore, typeLoss } from '../../../src/stores/theory';
import { linkToTheory, readTheoryLink, showTheory } from '../../../src/stores/theoryLink';
import { freshStores } from './fixture';

beforeEach(() => {
  freshStores();
  theoryStore.setState(startingTheory, true);
});

const address = { origin: 'https://lab.example', pathname: '/a/' };
const hashOf = (json: unknown): string => `#/theory?losses=${Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url')}`;
/** As somebody else would write one. */
const plain = {
  version: 1, losses: [{ objective: 'dpo', hyper: { beta: 0.2 } }, { text: 'β * (b - a)', name: '나의 손실', hyper: {} }],
  view: 'beside', shade: 'both', reach: 2, pair: usualPair, point: [0.5, -1],
};

describe('a link to losses', () => {
  it('shows somebody else what stands here: losses, numbers, view and point', () => {
    chooseLoss(0, 'dpop');
    typeLoss(1, '-logsigmoid(beta * (a - b)) + lambda * max(0, -a)');
    changeHyper(1, 'lambda', 7);
    nameLoss(1, '내 것 🌊');
    changeTheory({ view: 'difference', shade: 'loser', reach: 8, point: [1.5, -2], pair: { ...usualPair, chosenLength: 12 } });
    const { restored: _, ...here } = theoryStore.getState();
    const url = new URL(linkToTheory(here, address));
    expect(url.href.startsWith('https://lab.example/a/#/theory?losses=')).toBe(true);
    expect(readTheoryLink(url.hash)).toEqual(here);
    // It is no recipe, and sets up no experiment.
    expect(readLink(url.search, url.hash)).toEqual({});
  });

  it('carries of a formula that is being typed what was last understood', () => {
    typeLoss(0, 'a * b');
    typeLoss(0, 'a * b +');
    const shown = readTheoryLink(new URL(linkToTheory(theoryStore.getState(), address)).hash)!;
    expect(shown.losses[0]).toMatchObject({ objective: 'custom', text: 'a * b', drawn: 'a * b' });
  });

  it('takes the place of what stood here, which can be brought back', () => {
    const before = theoryStore.getState().losses;
    showTheory(readTheoryLink(hashOf(plain))!);
    expect(theoryStore.getState()).toMatchObject({ reach: 2, point: [0.5, -1], losses: [{ hyper: { beta: 0.2 } }, { name: '나의 손실', hyper: { beta: 0.1 } }] });
    noticesStore.getState().notices[0]!.undo!();
    expect(theoryStore.getState()).toMatchObject({ reach: 4, point: [0, 0], losses: before });
  });

  it('is not asked for by any other address', () => {
    for (const hash of ['', '#/theory', '#/theory?backend=wasm', '#/compare?recipe=abc']) expect(readTheoryLink(hash)).toBeUndefined();
  });

  it('can put nothing beneath an object', () => {
    const [loss] = readTheoryLink(hashOf(JSON.stringify(plain).replace('"beta":0.2', '"__proto__":{"beta":1}')))!.losses;
    expect(loss).toMatchObject({ objective: 'dpo', hyper: { beta: 0.1 } });
    expect(Object.getPrototypeOf(loss.hyper)).toBe(Object.prototype);
  });

  it.each<[string, string, string]>([
    ['no base64', '#/theory?losses=%%%', 'damaged'],
    ['no JSON', hashOf('{'), 'damaged'],
    ['no UTF-8', `#/theory?losses=${Buffer.from([0xff, 0xfe]).toString('base64url')}`, 'damaged'],
    ['nothing', '#/theory?losses=', 'damaged'],
    ['endless', `#/theory?losses=${'x'.repeat(100_000)}`, 'too long'],
    ['of another version', hashOf({ ...plain, version: 2 }), '“version”'],
    ['with a field too many', hashOf({ ...plain, train: true }), '“losses”'],
    ['with one loss', hashOf({ ...plain, losses: plain.losses.slice(1) }), '“losses'],
    ['with an objective nobody has', hashOf({ ...plain, losses: [{ objective: '__proto__', hyper: {} }, plain.losses[1]] }), '“losses.0”'],
    ['with both an objective and a formula', hashOf({ ...plain, losses: [plain.losses[0], { objective: 'dpo', text: 'a', hyper: {} }] }), '“losses.1”'],
    ['with a formula that cannot be read', hashOf({ ...plain, losses: [plain.losses[0], { text: 'alert(1)', hyper: {} }] }), '“losses.1”'],
    ['with a formula of ten thousand letters', hashOf({ ...plain, losses: [{ text: 'a+'.repeat(5000), hyper: {} }, plain.losses[1]] }), '“losses.0.text”'],
    ['with a number out of its range', hashOf({ ...plain, losses: [{ objective: 'sft', hyper: { beta: 0 } }, plain.losses[1]] }), '“losses.0.hyper'],
    ['with a number nobody asked for', hashOf(JSON.stringify(plain).replace('"beta":0.2', '"constructor":1')), '“losses.0.hyper'],
    ['with a number that is none', hashOf(JSON.stringify(plain).replace('-1]', '1e999]')), '“point.1”'],
    ['with a reach there is not', hashOf({ ...plain, reach: 3 }), '“reach”'],
    ['with a pair that cannot be', hashOf({ ...plain, pair: { ...usualPair, referenceChosen: 5 } }), '“pair.referenceChosen”'],
  ])('that is %s is refused in one sentence', (_, hash, said) => {
    expect(() => readTheoryLink(hash)).toThrow(UserError);
    expect(() => readTheoryLink(hash)).toThrow(said);
    expect(() => readTheoryLink(hash)).toThrow('What stands here stays as it was');
  });
});
