import fc from 'fast-check';
import { compileForm, factsOf, formOf } from './form.js';
import { formFindings } from './form-language.js';

const label = { zh: '名称', en: 'Label' };
const form = (properties: object, more: object = {}): Record<string, unknown> => ({
  ...{ type: 'object', additionalProperties: false, properties, ...more },
});
const text = (more: object = {}) => ({ type: 'string', maxLength: 50, 'x-label': label, ...more });
const pointers = (given: unknown) => formFindings(given).map(({ pointer }) => pointer);

const APPLICATION = form(
  {
    purpose: { type: 'string', enum: ['study', 'visa'], 'x-labels': { study: label, visa: label }, 'x-label': label },
    copies: { type: 'integer', minimum: 1, maximum: 5, 'x-label': label },
    phone: { type: 'string', format: 'mobile', 'x-label': label },
    bank: text({ pattern: '^[0-9]{16,19}$' }),
    family: {
      ...{ type: 'array', maxItems: 5, minItems: 1, 'x-label': label },
      items: form({ name: text(), income: { type: 'number', minimum: 0, 'x-label': label } }, { required: ['name'] }),
    },
    startsOn: { type: 'string', format: 'date', 'x-label': label },
  },
  { required: ['purpose', 'copies'] },
);

describe('forms', () => {
  it('say what is wrong, where, and in both languages', () => {
    expect(formFindings(APPLICATION)).toEqual([]);
    const { errorsOf } = formOf({ form: APPLICATION });
    expect(
      errorsOf({ purpose: 'visa', copies: 2, phone: '13800000000', bank: '6222020200112233', startsOn: '2026-09-01' }),
    ).toEqual([]);
    const given = {
      ...{ purpose: 'other', phone: '123', bank: 'x', more: 1, startsOn: '2026-02-30' },
      family: [{ income: -1, 'a/b': 1 }],
    };
    const errors = errorsOf(given);
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      ...['#/data/bank', '#/data/copies', '#/data/family/0/a~1b', '#/data/family/0/income', '#/data/family/0/name'],
      ...['#/data/more', '#/data/phone', '#/data/purpose', '#/data/startsOn'],
    ]);
    for (const { zh, en } of errors) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/^[\x20-\x7e]+$/);
    }
    // What somebody wrote is never in the text.
    expect(JSON.stringify(errors.map(({ zh, en }) => zh + en))).not.toContain('2026-02-30');
  });

  it('take a draft in which something is missing or unfinished, and refuse what can never become right', () => {
    const { partialErrorsOf } = formOf({ form: APPLICATION });
    expect(partialErrorsOf({})).toEqual([]);
    expect(partialErrorsOf({ phone: '13', bank: '62', family: [{}], startsOn: '2026-' })).toEqual([]);
    const errors = partialErrorsOf({ copies: 'two', phone: 13, more: 1, family: [1], purpose: 'other' });
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      ...['#/data/copies', '#/data/family/0', '#/data/more', '#/data/phone', '#/data/purpose'],
    ]);
  });

  it('keep to their parts and what these ask for together', () => {
    const given = form(
      {
        other: text(),
        kind: { type: 'string', enum: ['a', 'b'], 'x-label': label },
        when: { $ref: '#/$defs/when', 'x-label': label },
      },
      {
        $defs: { when: { type: 'string', format: 'month' } },
        if: { properties: { kind: { const: 'b' } }, required: ['kind'] },
        then: { required: ['other'] },
      },
    );
    expect(formFindings(given)).toEqual([]);
    const { errorsOf, partialErrorsOf } = compileForm(given);
    expect(errorsOf({ kind: 'a', when: '2026-09' })).toEqual([]);
    expect(
      errorsOf({ kind: 'b', when: '2026-13' })
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['#/data/other', '#/data/when']);
    expect(partialErrorsOf({ kind: 'b' })).toEqual([]);
  });

  it('are refused with a pointer where they could hang, hide or never end', () => {
    const nest = (n: number): object => (n === 0 ? text() : form({ a: nest(n - 1) }));
    const bomb = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `d${i}`,
        i === 19 ? text() : { allOf: [1, 2].map(() => ({ $ref: `#/$defs/d${i + 1}` })) },
      ]),
    );
    const cases: [unknown, string][] = [
      [[], '#/form'],
      [nest(40), `#/form${'/properties/a'.repeat(10)}`],
      [form({ a: { $ref: 'https://example.org/schema.json', 'x-label': label } }), '#/form/properties/a/$ref'],
      [form({ a: { $ref: '#', 'x-label': label } }), '#/form/properties/a/$ref'],
      [
        form(
          { a: { $ref: '#/$defs/a', 'x-label': label } },
          { $defs: { a: { $ref: '#/$defs/b' }, b: { anyOf: [{ $ref: '#/$defs/a' }] } } },
        ),
        '#/form/properties/a/$ref',
      ],
      [form({ a: { $ref: '#/$defs/d0', 'x-label': label } }, { $defs: bomb }), '#/form'],
      [form({ a: { $dynamicRef: '#x', 'x-label': label } }), '#/form/properties/a/$dynamicRef'],
      [form({ a: text({ pattern: '^(?=a)a' }) }), '#/form/properties/a/pattern'],
      [form({ a: text({ pattern: '(a)\\1' }) }), '#/form/properties/a/pattern'],
      [form({ a: text({ pattern: '(?i)a' }) }), '#/form/properties/a/pattern'],
      [form({ a: text({ pattern: '(' }) }), '#/form/properties/a/pattern'],
      [form({ a: text({ pattern: '((a{1,100}){1,100}){1,100}' }) }), '#/form/properties/a/pattern'],
      [form({ a: { type: 'string', 'x-label': label } }), '#/form/properties/a/maxLength'],
      [form({ a: { type: 'array', items: text(), 'x-label': label } }), '#/form/properties/a/maxItems'],
      [form({ a: { type: 'string', maxLength: 5 } }), '#/form/properties/a/x-label'],
      [form({ a: text({ format: 'regex' }) }), '#/form/properties/a/format'],
      [form({ constructor: text() }), '#/form/properties/constructor'],
      [
        JSON.parse(
          '{"type":"object","additionalProperties":false,"properties":{"__proto__":{"type":"string","maxLength":3,"x-label":{"zh":"a","en":"b"}}}}',
        ),
        '#/form/properties/__proto__',
      ],
      [form({ a: text({ enum: ['x', 'y'], 'x-labels': { x: label } }) }), '#/form/properties/a/enum/1'],
      [{ type: 'object', properties: {} }, '#/form/additionalProperties'],
      [form({ a: text({ description: '说'.repeat(25_000) }) }), '#/form'],
      [form({ a: text({ allOf: Array.from({ length: 3000 }, () => ({})) }) }), '#/form'],
    ];
    for (const [given, pointer] of cases) {
      const begun = performance.now();
      expect(pointers(given)).toContain(pointer);
      expect(performance.now() - begun).toBeLessThan(500);
    }
  });

  it('judge a text against a pattern in time that grows with the text', () => {
    const { errorsOf } = compileForm(
      form({ a: text({ maxLength: 4000, pattern: '^(a+)+$' }), b: text({ pattern: '^(.*a){12}$' }) }),
    );
    const begun = performance.now();
    expect(errorsOf({ a: `${'a'.repeat(3999)}!`, b: 'a'.repeat(11) }).map(({ pointer }) => pointer)).toEqual([
      '#/data/a',
      '#/data/b',
    ]);
    expect(errorsOf({ a: 'a'.repeat(4000), b: 'a'.repeat(12) })).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it('never throw, whatever was filled in', () => {
    const { errorsOf, partialErrorsOf } = formOf({ form: APPLICATION });
    const loop: Record<string, unknown> = { purpose: 'visa', copies: 1 };
    loop['family'] = [loop];
    for (const given of [
      undefined,
      null,
      loop,
      [],
      'x',
      Array.from({ length: 1e5 }, () => ({})),
      '字'.repeat(30_000),
    ]) {
      expect(errorsOf(given)).not.toEqual([]);
      expect(partialErrorsOf(given)).not.toEqual([]);
    }
    const near = fc.record(
      {
        purpose: fc.anything(),
        copies: fc.anything(),
        phone: fc.string(),
        bank: fc.string(),
        family: fc.array(fc.anything()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(near, fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true })),
        (given) => {
          for (const error of [...errorsOf(given), ...partialErrorsOf(given)])
            expect(error.pointer).toMatch(/^#\/data/);
          // A draft that is whole is right; what is right is right as a draft too.
          if (errorsOf(given).length === 0) expect(partialErrorsOf(given)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('give the facts that steps ask for', () => {
    const steps = [
      { when: [{ fact: 'days' }, { fact: 'abroad' }, { fact: 'missing' }, { fact: 'toString' }] },
    ] as never;
    expect(factsOf({ steps }, { days: 3, abroad: true, purpose: 'x' })).toEqual({ days: 3, abroad: 'true' });
  });
});
