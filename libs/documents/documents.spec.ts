import { unprintable } from './glyphs.js';
import { NotTypesettable, Typesetter, TypesettingTooSlow } from './typesetter.js';

const at = new Date('2026-12-01T02:00:00Z');
const ENDLESS = '#for a in range(100000) { for b in range(100000) { let x = calc.sin(a * b) } }';
const PAGE = '#set text(font: "Noto Sans SC")\n#sys.inputs.name';

describe('the typesetter', () => {
  const typesetter = new Typesetter(2);
  afterAll(() => typesetter.onApplicationShutdown());
  const set = (source: string, name = '张三', files = {}) =>
    typesetter.typeset({ source, files, inputs: { name }, at });

  it('makes a PDF of a source and inputs, the same bytes of the same', async () => {
    const [one, two, other] = await Promise.all([set(PAGE), set(PAGE), set(PAGE, '李四')]);
    expect(one.subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(one.equals(two)).toBe(true);
    expect(one.equals(other)).toBe(false);
  });

  it('says what is wrong with a source', async () => {
    await expect(set('ok\n#nothing')).rejects.toMatchObject({
      errors: [expect.stringContaining('unknown variable: nothing')],
    });
    await expect(
      set('#import "/sheet.typ": sheet\n#sheet', '', { '/sheet.typ': '#let sheet = [ok]' }),
    ).resolves.toBeDefined();
  });

  it.each([
    '#read("/etc/passwd")',
    '#read("../../etc/passwd")',
    '#image("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
  ])('reads nothing from outside: %s', async (source) => {
    await expect(set(source)).rejects.toThrow(NotTypesettable);
  });

  it('ends a source that does not end, and sets the next', async () => {
    const before = performance.now();
    const [endless, next] = await Promise.allSettled([set(ENDLESS), set(PAGE)]);
    expect((endless as PromiseRejectedResult).reason).toBeInstanceOf(TypesettingTooSlow);
    expect(next.status).toBe('fulfilled');
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('ends while a source does not', async () => {
    const other = new Typesetter(60);
    await other.typeset({ source: PAGE, inputs: { name: 'x' }, at });
    const endless = other.typeset({ source: ENDLESS, inputs: {}, at }).catch((error: Error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await other.onApplicationShutdown();
    expect(await endless).toMatch(/ended/);
  });
});

describe('the font', () => {
  it('has the characters of names, but for some', () => {
    expect(unprintable('王䶮·阿依古丽 Zhāng-San 囍')).toEqual([]);
    expect(unprintable('𠮷田𠮷')).toEqual(['𠮷']);
  });
});
