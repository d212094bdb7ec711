// Every sentence a person reads passes through `t`: the English sentence is the key, catalogs hold the other
// languages. Used by all components and features; the app chooses the language.
import { i18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { useSyncExternalStore } from 'react';
import { fillSlots } from '../engine/errors';
import korean from './locales/ko.json';

export const locales = { en: 'English', ko: '한국어' } as const;
export type Locale = keyof typeof locales;

export type TextValues = Readonly<Record<string, string | number>>;

type Compiled = ReturnType<typeof compileMessage>;

// English has no catalog, so its sentences are compiled when they are met; a page says the same ones again and again.
const compiled = new Map<string, Compiled>();
i18n.setMessagesCompiler((message) => {
  const known = compiled.get(message);
  if (known !== undefined) return known;
  const fresh = compileMessage(message);
  if (compiled.size < 2000) compiled.set(message, fresh);
  return fresh;
});
i18n.load({ en: {}, ko: korean });
i18n.activate('en');

/**
 * The sentence in the chosen language with its `{slots}` filled. Plurals are written the ICU way:
 * `{count, plural, one {# step} other {# steps}}`. A sentence without a translation stays English.
 */
export function t(sentence: string, values?: TextValues): string {
  try {
    return i18n._(sentence, values === undefined ? undefined : { ...values });
  } catch {
    // A sentence from elsewhere may hold braces that are no slots.
    return fillSlots(sentence, values ?? {});
  }
}

/** Switches the language of everything `t` says from now on. */
export function chooseLocale(locale: Locale): void {
  if (i18n.locale !== locale) i18n.activate(locale);
}

export function currentLocale(): Locale {
  return i18n.locale === 'ko' ? 'ko' : 'en';
}

/** The language now; a component that calls this renders again, with its children, when it changes. */
export function useLocale(): Locale {
  return useSyncExternalStore((changed) => i18n.on('change', changed), currentLocale);
}
