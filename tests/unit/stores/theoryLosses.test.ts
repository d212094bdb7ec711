import { beforeEach, describe, expect, it } from 'vitest';
import { noticesStore } from '../../../src/stores/notices';
import { services } from '../../../src/stores/services';
import { lossOf, startingTheory, theoryStore, type Loss } from '../../../src/stores/theory';
import { deleteKept, isKeptAs, keepLoss, keptAs, listLosses, loadKept, lossesStore, MOST_KEPT, renameKept } from '../../../src/stores/theoryLosses';
import { freshStores, type Fixture } from './fixture';

let lab: Fixture;

beforeEach(() => {
  lab = freshStores();
  theoryStore.setState(startingTheory, true);
  lossesStore.setState({ losses: [] });
});

const typed = (text: string): Loss => ({ ...lossOf('dpo'), objective: 'custom', text, drawn: text, hyper: { beta: 0.3, lambda: 2 } });
const names = (): string[] => lossesStore.getState().losses.map(({ name }) => name);
const stored = (): Promise<unknown> => services().shelf.loadSetting('theory/losses');
const undo = async (): Promise<void> => {
  noticesStore.getState().notices.at(-1)!.undo!();
  await listLosses();
  await keepNothing();
};
/** Waits for whatever is being stored. */
const keepNothing = (): Promise<void> => renameKept('nobody', 'Nobody at all');

describe('losses of one’s own', () => {
  it('are kept by name and are there at the next visit', async () => {
    await keepLoss(typed('a * b'), ' Mine ');
    await keepLoss(lossOf('apo_down'), 'Down');
    lossesStore.setState({ losses: [] });
    await listLosses();
    expect(names()).toEqual(['Down', 'Mine']);
    expect(isKeptAs(typed('a * b'), keptAs('Mine')!)).toBe(true);
    expect(isKeptAs({ ...typed('a * b'), hyper: { beta: 0.3, lambda: 3 } }, keptAs('Mine')!)).toBe(false);
    expect(keptAs('mine')).toMatchObject({ objective: 'custom', text: 'a * b', hyper: { beta: 0.3, lambda: 2 } });
  });

  it('do not take each other’s name, unless one is to be replaced, which can be undone', async () => {
    await keepLoss(typed('a'), 'Mine');
    await expect(keepLoss(typed('b'), 'mine')).rejects.toThrow('A loss is kept as “mine” already. Nothing was changed; choose another name.');
    await keepLoss(typed('b'), 'Other');
    await expect(renameKept(keptAs('Other')!.id, 'MINE')).rejects.toThrow('already');
    await keepLoss(typed('b'), 'Mine', keptAs('Mine'));
    expect(names()).toEqual(['Mine', 'Other']);
    expect(keptAs('Mine')!.text).toBe('b');
    await undo();
    expect(keptAs('Mine')!.text).toBe('a');
  });

  it('are renamed, deleted, and brought back as they were', async () => {
    await keepLoss(typed('a'), 'Mine');
    await renameKept(keptAs('Mine')!.id, 'Yours');
    const kept = keptAs('Yours')!;
    await deleteKept(kept);
    expect([names(), await stored()]).toEqual([[], []]);
    await undo();
    expect(lossesStore.getState().losses).toEqual([kept]);
    await expect(renameKept(kept.id, '  ')).rejects.toThrow('A kept loss needs a name.');
  });

  it('with a mistake, or beyond what the list holds, are not kept', async () => {
    await expect(keepLoss(typed('a +'), 'Half')).rejects.toThrow('ends where a value is expected');
    await services().shelf.saveSetting('theory/losses', Array.from({ length: MOST_KEPT }, (_, id) => ({ id: String(id) })));
    await expect(keepLoss(typed('a'), 'One more')).rejects.toThrow('200 losses are kept already.');
    expect(await stored()).toHaveLength(MOST_KEPT);
  });

  it('that nothing can be made of are left where they are', async () => {
    const strange = [{ id: 'x', objective: 'of the future', name: 'X' }, 7, { ...typed('a +'), id: 'y', name: 'Y', keptAt: 1 }];
    await services().shelf.saveSetting('theory/losses', strange);
    await listLosses();
    expect(names()).toEqual([]);
    await keepLoss(typed('a'), 'Mine');
    expect((await stored()) as unknown[]).toEqual([...strange, keptAs('Mine')]);
  });

  it('of two tabs lose nothing of each other’s', async () => {
    await Promise.all([keepLoss(typed('a'), 'One'), keepLoss(typed('b'), 'Two')]);
    // The other tab's.
    await services().shelf.saveSetting('theory/losses', [...((await stored()) as unknown[]), { ...keptAs('One')!, id: 'z', name: 'Three' }]);
    await keepLoss(typed('b'), 'Four');
    expect(names()).toEqual(['Four', 'One', 'Three', 'Two']);
  });

  it('that cannot be stored are told of by whoever keeps them, and the list stays as it was', async () => {
    await keepLoss(typed('a'), 'One');
    lab.failure = new Error('disk full');
    await expect(keepLoss(typed('b'), 'Two')).rejects.toThrow('disk full');
    lab.failure = undefined;
    await keepLoss(typed('b'), 'Three');
    expect(names()).toEqual(['One', 'Three']);
  });

  it('go into either editor, from which what stood there can be brought back', async () => {
    await keepLoss(typed('a * b'), 'Mine');
    const before = theoryStore.getState().losses;
    loadKept(keptAs('Mine')!, 1);
    expect(theoryStore.getState().losses).toEqual([before[0], { ...typed('a * b'), name: 'Mine' }]);
    noticesStore.getState().notices.at(-1)!.undo!();
    expect(theoryStore.getState().losses).toEqual(before);
  });
});
