// What a tab says that a newer version of the lab has overtaken.
import { afterEach, expect, it } from 'vitest';
import { dismissNotice, noticesStore } from '../../../src/stores/notices';
import { provideServices, services } from '../../../src/stores/services';
import { tellWhenOvertaken } from '../../../src/stores/stepAside';
import { freshStores } from './fixture';

afterEach(() => freshStores());

it('tells once that another tab has taken the storage over, whoever hears of it, and a person can put it away', () => {
  freshStores();
  const heard: (() => void)[] = [];
  const onOvertaken = (listener: () => void) => {
    heard.push(listener);
    return () => undefined;
  };
  const { shelf, data, lab } = services();
  provideServices({ lab, shelf: { ...shelf, onOvertaken }, data: { ...data, onOvertaken } });
  tellWhenOvertaken();
  expect(heard).toHaveLength(2);
  expect(noticesStore.getState().notices).toEqual([]);
  for (const hear of heard) hear();
  const [notice, ...others] = noticesStore.getState().notices;
  expect(others).toEqual([]);
  expect(notice).toMatchObject({ kind: 'problem', sentence: { template: expect.stringContaining('newer version of the lab') as string } });
  dismissNotice(notice!.id);
  expect(noticesStore.getState().notices).toEqual([]);
});
