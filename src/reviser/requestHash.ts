// What a request to a chat model is found again by: the digest of what was asked and of whom. Stored replies are kept under
// it, so an identical request is answered from the store. No key is ever part of it.
import { sha256 } from '../engine/sha256';
import type { ChatRequest, ProviderIdentity } from './chat';

/**
 * A value as JSON with the names of every object in order of their code units and no spaces, so that equal values are equal
 * texts (the idea of RFC 8785). Members that are undefined are left out, as JSON.stringify does.
 * @throws RangeError for a number that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonicalJson(one)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} has no form in JSON`);
  return JSON.stringify(value);
}

/** SHA-256 in lower-case hexadecimal. Only the members of `ChatRequest` count, whatever else the object carries. */
export function requestHash(request: ChatRequest, { kind, origin }: ProviderIdentity): string {
  const { model, system, temperature, maxTokens, topLogprobs, sample } = request;
  const messages = request.messages.map(({ role, content }) => ({ role, content }));
  return sha256(canonicalJson({ kind, origin, model, system, messages, temperature, maxTokens, topLogprobs, sample }));
}
