import { plainToInstance } from 'class-transformer';
import { fieldErrors } from '#fields';
import { ItemFileEntry } from '../item-versions.dto.js';
import { contentFindings } from '../item-check.js';
import { HOUSE_ITEMS } from './index.js';

describe('the items that the house brings with it', () => {
  it('are 64, each of a code of its own', () => {
    expect(new Set(HOUSE_ITEMS.map(({ code }) => code)).size).toBe(64);
  });

  it.each(HOUSE_ITEMS.map((item) => [item.code, item] as const))('%s is fit to be published', (code, item) => {
    expect(fieldErrors(plainToInstance(ItemFileEntry, item), 'body')).toEqual([]);
    const { code: _code, ...content } = item;
    expect(contentFindings(code, content)).toEqual([]);
  });
});
