import { show } from './show.js';

describe('show', () => {
  it('lays JSON out and keeps its characters whole', () => {
    const name = '𠮷'.repeat(200);
    const { shown, good } = show(JSON.stringify({ name }));
    expect(good).toBe(true);
    expect(shown).toMatch(/^\{\n {2}"name": "𠮷+…\n\}$/u);
    expect(shown).not.toMatch(/[\ud800-\udfff]/u);
  });

  it('puts on one line what is short', () => {
    const long = 'x'.repeat(90);
    expect(show(JSON.stringify({ long, pair: { a: 1, b: [] } })).shown).toBe(
      `{\n  "long": "${long}",\n  "pair": {"a":1,"b":[]}\n}`,
    );
  });

  it('says how much it leaves out', () => {
    const { shown } = show(JSON.stringify(Array.from({ length: 100 }, (_, n) => n)));
    expect(shown.split('\n')).toHaveLength(21);
    expect(shown).toContain('… (82 more lines)');
  });

  it('tells an answer from a problem and from none', () => {
    expect(show('{"status":"open","code":"x"}').good).toBe(true);
    expect(show('{"type":"/docs/problems#auth/unauthorized","status":401,"code":"auth/unauthorized"}').good).toBe(
      false,
    );
    expect(show('\n')).toEqual({ shown: 'No answer: is Yizhan running? (npm start)', good: false });
    expect(show('ready')).toEqual({ shown: 'ready', good: true });
  });
});
