import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { ASSISTANT, encodePrompt, encodeSequence, END, sequencesFit, specialTokens, USER } from '../../../../src/engine/tokenizer/chat';
import { loadTokenizer, type TokenizerJson } from '../../../../src/engine/tokenizer/tokenizer';
import { trainTokenizer } from '../../../../src/engine/tokenizer/train';

interface Golden {
  corpus: string[];
  vocabSize: number;
  tokenizer: TokenizerJson & { model: { vocab: Record<string, number> } };
  encodings: { text: string; ids: number[] }[];
}

// Written by tests/fixtures/tokenizer/make.py with Hugging Face's own library.
const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/tokenizer/huggingface.json', import.meta.url), 'utf8'),
) as Golden;
const trained = trainTokenizer(golden.corpus, { vocabSize: golden.vocabSize, specialTokens });
const tokenizer = loadTokenizer(trained);

describe('training a tokenizer', () => {
  it('learns the vocabulary and the merges that Hugging Face’s trainer learns', () => {
    expect(trained.model.vocab).toEqual(golden.tokenizer.model.vocab);
    expect(trained.model.merges).toEqual(golden.tokenizer.model.merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' '))));
  });

  it('gives the same document whatever the order of the texts', () => {
    expect(trainTokenizer([...golden.corpus].reverse(), { vocabSize: 400, specialTokens })).toEqual(trained);
  });

  it('stops early when every piece has become one token', () => {
    expect(loadTokenizer(trainTokenizer(['ab ab'], { vocabSize: 1000, specialTokens })).vocabSize).toBe(4 + 256 + 2);
  });

  it('refuses a vocabulary too small for the bytes', () => {
    expect(() => trainTokenizer(['a'], { vocabSize: 259, specialTokens })).toThrow(RangeError);
  });
});

describe('encoding and decoding', () => {
  it('gives the ids that Hugging Face’s tokenizer gives, from its own file', () => {
    const theirs = loadTokenizer(golden.tokenizer);
    for (const { text, ids } of golden.encodings) {
      expect(theirs.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });

  it('brings any well-formed text back exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('turns a lone surrogate into U+FFFD and keeps everything around it', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud83d b\ude42'))).toBe('a\ufffd b\ufffd');
  });

  it('encodes the spelling of a special token as ordinary text', () => {
    const ids = new Set(tokenizer.special.values());
    for (const text of [...specialTokens, `x${END}y`, `${END}${USER}`]) {
      expect(tokenizer.encode(text).some((id) => ids.has(id))).toBe(false);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('leaves special tokens out of the decoded text and refuses ids it does not have', () => {
    expect(tokenizer.decode([tokenizer.idOf(USER), ...tokenizer.encode('hi'), tokenizer.idOf(END)])).toBe('hi');
    expect(() => tokenizer.decode([400])).toThrow(RangeError);
    expect(() => tokenizer.decode([-1])).toThrow(RangeError);
    expect(() => tokenizer.idOf('<|system|>')).toThrow(UserError);
  });

  it('streams a text whose characters are split over tokens without a broken character', () => {
    const text = 'Ask 👩‍👩‍👧 안녕 — 𐍈!';
    const stream = tokenizer.stream();
    const parts = tokenizer.encode(text).map((id) => stream.push(id));
    expect(parts.join('') + stream.end()).toBe(text);
    expect(parts.join('')).not.toContain('\ufffd');
    const cut = tokenizer.stream();
    cut.push(tokenizer.encode('𐍈')[0]!);
    expect(cut.end()).toBe('\ufffd');
  });

  it('encodes a long run without spaces in reasonable time', () => {
    const text = '안녕하세요'.repeat(10_000);
    const began = performance.now();
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('the chat form', () => {
  it('opens a user turn, then an assistant turn, and scores the completion with its end', () => {
    const prompt = encodePrompt(tokenizer, 'Who?');
    expect(prompt).toEqual([1, ...tokenizer.encode('Who?'), tokenizer.idOf(ASSISTANT)]);
    const sequence = encodeSequence(tokenizer, 'Who?', 'Anna.');
    expect(sequence.completionStart).toBe(prompt.length);
    expect(sequence.ids.slice(0, prompt.length)).toEqual(prompt);
    expect(sequence.ids.slice(prompt.length)).toEqual([...tokenizer.encode('Anna.'), 3]);
  });
});

describe('a tokenizer file that is wrong', () => {
  const broken = (change: (json: { [key: string]: never } & Golden['tokenizer']) => void): (() => unknown) => {
    const json = structuredClone(golden.tokenizer) as { [key: string]: never } & Golden['tokenizer'];
    change(json);
    return () => loadTokenizer(json);
  };

  it.each<[string, () => unknown, RegExp]>([
    ['no object', () => loadTokenizer('x'), /“tokenizer”/],
    ['another model', broken((json) => Object.assign(json.model, { type: 'Unigram' })), /“model\.type”/],
    ['a normaliser', broken((json) => Object.assign(json, { normalizer: { type: 'NFC' } })), /“normalizer”/],
    ['a prefix space', broken((json) => Object.assign(json.pre_tokenizer, { add_prefix_space: true })), /“pre_tokenizer\.add_prefix_space”/],
    ['a missing byte', broken((json) => delete json.model.vocab['Ġ']), /byte 32/],
    ['an id used twice', broken((json) => Object.assign(json.model.vocab, { a: 70 })), /already belongs/],
    ['a fractional id', broken((json) => Object.assign(json.model.vocab, { a: 1.5 })), /“model\.vocab\.a”/],
    ['a gap in the ids', broken((json) => Object.assign(json.model.vocab, { Ġa: 999 })), /without a gap/],
    ['a merge of unknown tokens', broken((json) => json.model.merges.push(['Ġa', 'zzz'])), /“model\.merges\.140”.*“zzz”/],
    ['a merge of three', broken((json) => Object.assign(json.model.merges, { 0: 'a b c' })), /“model\.merges\.0”/],
    ['a special token spelt by merges', broken((json) => {
      const id = json.model.vocab['an']!;
      json.added_tokens!.push({ id, content: 'an', special: true });
    }), /special token/],
    ['an ordinary added token', broken((json) => Object.assign(json.added_tokens![0]!, { special: false })), /“added_tokens\.0\.special”/],
  ])('is refused with the field named: %s', (_, load, message) => {
    expect(load).toThrow(UserError);
    expect(load).toThrow(message);
  });
});

describe('counting tokens up to a limit', () => {
  const texts = golden.encodings;

  it('counts what Hugging Face’s tokenizer gives, and calls more than the limit too many', () => {
    for (const { text, ids } of texts) {
      expect(tokenizer.count(text, ids.length), JSON.stringify(text)).toBe(ids.length);
      expect(tokenizer.count(text, 10_000)).toBe(ids.length);
      expect(tokenizer.count(text, ids.length - 1)).toBe(Infinity);
    }
  });

  it('says of any prompt and completions what their whole sequences say', () => {
    const unit = fc.constantFrom('a', 'the ', 'ing', ' ', '\n', '12', '가', '🙂', '\ud83d', '’s', '!', END);
    const text = fc.string({ unit, maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 0, max: 120 }), (prompt, first, second, context) => {
        const longest = Math.max(...[first, second].map((completion) => encodeSequence(tokenizer, prompt, completion).ids.length));
        expect(sequencesFit(tokenizer, prompt, [first, second], context)).toBe(longest <= context);
        expect(sequencesFit(tokenizer, prompt, [first, second], longest)).toBe(true);
        expect(sequencesFit(tokenizer, prompt, [first, second], longest - 1)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no time over texts of millions of characters without a space', () => {
    const long = 'qz'.repeat(5_000_000);
    const start = performance.now();
    expect(tokenizer.count(long, 128)).toBe(Infinity);
    expect(tokenizer.count(`a ${'qz'.repeat(1000)}`, 128)).toBe(Infinity);
    expect(tokenizer.count(`${'a b '.repeat(200)}${long}`, 128)).toBe(Infinity);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
