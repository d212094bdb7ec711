// Prompts as keys: two pairs of one prompt must land on the same side of the split, however the prompt was typed.
import { hashText } from '../engine/random';
import type { Split } from './pair';

/** The prompt as a key: composed Unicode, lower case, single spaces. Never shown to anybody. */
export function normalisePrompt(prompt: string): string {
  return prompt.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** The side of the split that a prompt falls on by its hash: always the same for the same prompt, share and seed. */
export function splitByPrompt(prompt: string, heldOutShare: number, seed = 0): Split {
  return hashText(normalisePrompt(prompt), seed) / 0x1_0000_0000 < heldOutShare ? 'heldOut' : 'train';
}
