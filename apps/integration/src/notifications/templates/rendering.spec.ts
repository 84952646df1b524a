import { ALL_KINDS } from '../kinds.js';
import { SHIPPED } from '../shipped-templates.js';
import { check, RefusedWords } from './rendering.js';

const refusal = (body: string): string => {
  try {
    return `taken: ${check('step-overdue', { title: 't', body }).body}`;
  } catch (error) {
    if (!(error instanceof RefusedWords)) throw error;
    return error.en;
  }
};

describe('templates of messages', () => {
  it('are shipped in both languages for each kind, and for no other', () => {
    expect(Object.keys(SHIPPED).sort()).toEqual(Object.keys(ALL_KINDS).sort());
    for (const [kind, { zh, en }] of Object.entries(SHIPPED)) {
      for (const words of [zh, en]) expect(check(kind, words).title).not.toBe('');
    }
  });

  it('say what is listed for their kind', () => {
    expect(refusal('{{ name }} {{ count | plus: 1 }}{% if count > 2 %} many{% endif %}')).toBe('taken: 王芳 4 many');
  });

  it.each([
    ['another variable', '{{ student }}', /may only say/],
    ['what objects have of themselves', '{{ name.constructor }}', /Liquid/],
    ['a loop', '{% for i in (1..100000) %}x{% endfor %}', /tag "for" not found/],
    ['a file', "{% include '/etc/passwd' %}", /tag "include" not found/],
    ['another template', "{% render 'x' %}", /tag "render" not found/],
    ['a filter that does not exist', '{{ name | shell }}', /undefined filter/],
    ['a broken one', '{{ name', /not closed/],
    ['nothing', '{% comment %}x{% endcomment %}', /nothing/],
    ['too much', 'x'.repeat(601), /more than 600/],
    ['what grows', `{{ name${' | replace: "王", "王王王王王王王王王王"'.repeat(7)} }}`, /limit|more than/],
  ])('are refused with %s', (_, body, why) => expect(refusal(body)).toMatch(why));
});
