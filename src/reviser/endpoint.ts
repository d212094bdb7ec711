// The base URL of a chat API, as a person types it. Used by the providers, the connection test and whatever binds a key to
// its origin.
import { UserError } from '../engine/errors';
import { ChatError } from './chat';

export interface Endpoint {
  /** Without a slash at its end, and without the path of the chat API itself. */
  readonly base: string;
  /** Scheme, host and port: what a key is bound to. */
  readonly origin: string;
  /** Whether it is this machine. */
  readonly loopback: boolean;
}

/**
 * Reads a base URL; the path of the chat API, pasted with it, is taken off.
 * @throws UserError for what is no http or https URL, or carries a name, a password or a query.
 */
export function parseBaseUrl(text: string): Endpoint {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UserError('“{text}” is no base URL of a chat API. It begins with https:// or http:// and often ends in /v1.', { text: trimmed.slice(0, 200) });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UserError('A base URL holds no name, password, question mark or #. Enter the key in its own field.');
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|completions|messages|models)$/, '');
  return { base: `${url.origin}${path}`, origin: url.origin, loopback: isLoopback(url.hostname) };
}

/** Whether a host is this machine by its name: browsers trust these over plain http. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * A key as it goes into a header, or nothing.
 * @throws ChatError where it holds what no header can: the browser's own error would show it.
 */
export function headerKey(key: string | undefined): string | undefined {
  const trimmed = key?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new ChatError('wrong_key', 'The key holds a space or a character that no key has. Nothing was sent; copy the key anew.');
  }
  return trimmed;
}
