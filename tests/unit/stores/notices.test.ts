import { beforeEach, describe, expect, it } from 'vitest';
import { noticesStore, notify, sentence } from '../../../src/stores/notices';

beforeEach(() => {
  noticesStore.setState({ notices: [] });
});

const shown = () => noticesStore.getState().notices.map((notice) => notice.sentence.values);

describe('notices', () => {
  it('show the same message once', () => {
    const first = notify('problem', sentence('The field {field} is wrong.', { field: 'beta' }));
    expect(notify('problem', sentence('The field {field} is wrong.', { field: 'beta' }))).toBe(first);
    expect(shown()).toEqual([{ field: 'beta' }]);
  });

  it('name the field that is wrong now, not the one that was wrong before', () => {
    const first = notify('problem', sentence('The field {field} is wrong.', { field: 'beta' }));
    expect(notify('problem', sentence('The field {field} is wrong.', { field: 'seeds' }))).not.toBe(first);
    expect(shown()).toEqual([{ field: 'seeds' }]);
  });

  it('keep every way back', () => {
    notify('plain', sentence('“{name}” was deleted.', { name: 'a' }), () => undefined);
    notify('plain', sentence('“{name}” was deleted.', { name: 'a' }), () => undefined);
    expect(shown()).toHaveLength(2);
  });
});
