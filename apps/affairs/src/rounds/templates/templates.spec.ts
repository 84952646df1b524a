import { plainToInstance } from 'class-transformer';
import { fieldErrors } from '#fields';
import { contentFindings } from '../round-content.check.js';
import { RoundContent } from '../round-content.js';
import { roundTemplates } from './index.js';

describe('the rounds that the house brings with it', () => {
  it.each(roundTemplates(2026).map(({ code, content }) => [code, content] as const))('%s is in order', (_, content) => {
    expect(fieldErrors(plainToInstance(RoundContent, content), 'body')).toEqual([]);
    expect(contentFindings(content)).toEqual([]);
    expect(content.source).toMatch(/[\u4e00-\u9fff]/);
  });
});
