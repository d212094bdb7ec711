import { describe, expect, it } from 'vitest';
import { createKeyring } from '../../../src/reviser/keys';

const KEY = 'sk-canary';
const BASE = 'https://api.openai.com/v1';

function sessionStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return { items, getItem: (name) => items.get(name) ?? null, setItem: (name, value) => void items.set(name, value), removeItem: (name) => void items.delete(name) };
}

describe('a key', () => {
  it('is given out for addresses of its own origin alone', () => {
    const keys = createKeyring(sessionStorage());
    keys.hold(BASE, ` ${KEY}\n`);
    expect(keys.keyFor('https://api.openai.com/v2')).toBe(KEY);
    for (const other of ['https://api.openai.com:8443/v1', 'http://api.openai.com/v1', 'https://api.openai.com.evil.example/v1', 'https://evil.example/https://api.openai.com', 'https://api.openai.com@evil.example/', 'nonsense', '']) {
      expect(keys.keyFor(other), other).toBeUndefined();
    }
  });

  it('is forgotten when another origin is used, and does not come back with the first', () => {
    const session = sessionStorage();
    const keys = createKeyring(session);
    keys.remember(true);
    keys.hold(BASE, KEY);
    keys.useAddress('https://api.openai.com/other');
    expect(keys.keyFor(BASE)).toBe(KEY);
    keys.useAddress('https://evil.example/v1');
    keys.useAddress(BASE);
    expect(keys.keyFor(BASE)).toBeUndefined();
    expect(session.items.size).toBe(0);
  });

  it('is in memory alone unless asked for, and then for this tab, with its origin', () => {
    const session = sessionStorage();
    const keys = createKeyring(session);
    keys.hold(BASE, KEY);
    expect(session.items.size).toBe(0);
    keys.remember(true);
    const after = createKeyring(session);
    expect([after.remembered, after.keyFor(BASE), after.keyFor('https://evil.example')]).toEqual([true, KEY, undefined]);
    after.remember(false);
    expect(session.items.size).toBe(0);
    expect(after.keyFor(BASE)).toBe(KEY);
    expect(createKeyring(session).keyFor(BASE)).toBeUndefined();
  });

  it('is not held for what is no address, and a blank one forgets', () => {
    const keys = createKeyring();
    keys.hold('file:///etc/passwd', KEY);
    expect(keys.keyFor('file:///etc/passwd')).toBeUndefined();
    keys.hold(BASE, KEY);
    keys.hold(BASE, ' ');
    expect(keys.keyFor(BASE)).toBeUndefined();
  });

  it('lives in memory where storage is forbidden or broken', () => {
    const forbidden = (): never => {
      throw new DOMException('No.', 'SecurityError');
    };
    const keys = createKeyring({ getItem: forbidden, setItem: forbidden, removeItem: forbidden });
    keys.remember(true);
    keys.hold(BASE, KEY);
    expect(keys.keyFor(BASE)).toBe(KEY);
    expect(createKeyring({ ...sessionStorage(), getItem: () => '{"origin":1' }).keyFor(BASE)).toBeUndefined();
  });

  it('is nothing that can be printed with the rest', () => {
    const keys = createKeyring();
    keys.hold(BASE, KEY);
    expect(JSON.stringify(keys)).not.toContain(KEY);
  });
});
