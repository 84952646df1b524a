import { send } from './send.js';
import { type Auth, tokensOf } from './tokens.js';

const URL_OF = new URL('https://one.example.edu.cn/directory/oauth/token');

/** An issuer that gives `t1`, `t2`, …, unless it is told to answer something else first. */
function issuer(auth: Auth, expires_in = 600, first: (Response | Error)[] = []) {
  const asked: { authorization: string | null; fields: Record<string, string> }[] = [];
  const fetching = (async (_url: URL, init: RequestInit) => {
    const authorization = new Headers(init.headers).get('authorization');
    asked.push({ authorization, fields: Object.fromEntries(init.body as URLSearchParams) });
    const answer = first.shift();
    if (answer instanceof Error) throw answer;
    const token = { access_token: `t${asked.length}`, expires_in, refresh_token: `r${asked.length}` };
    return answer ?? Response.json(token);
  }) as typeof fetch;
  return { asked, tokens: tokensOf(auth, URL_OF, { fetch: fetching, wait: async () => undefined }) };
}

const APP = { clientId: 'my app', clientSecret: 'a+b:c', scope: 'directory:unit:read' };

describe('tokens', () => {
  it('of an app are asked for once, also by many at a time, and kept', async () => {
    const { asked, tokens } = issuer(APP);
    expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(['t1', 't1']);
    expect(await tokens.get()).toBe('t1');
    expect(asked).toEqual([
      {
        authorization: `Basic ${btoa('my+app:a%2Bb%3Ac')}`,
        fields: { grant_type: 'client_credentials', scope: 'directory:unit:read' },
      },
    ]);
  });

  it('are asked for anew half a minute before they end, and when one is refused', async () => {
    const soon = issuer(APP, 30);
    expect([await soon.tokens.get(), await soon.tokens.get()]).toEqual(['t1', 't2']);
    const { tokens } = issuer(APP);
    await tokens.get();
    expect(tokens.forget('another')).toBe(true);
    expect(await tokens.get()).toBe('t1');
    tokens.forget('t1');
    expect(await tokens.get()).toBe('t2');
  });

  it('of an app are asked for again when nobody answered; after a no the next call asks anew', async () => {
    const { asked, tokens } = issuer(APP, 600, [
      new Error('reset'),
      Response.json({ error: 'invalid_client', error_description: 'no' }, { status: 401 }),
    ]);
    await expect(tokens.get()).rejects.toThrow('invalid_client: no');
    expect(asked).toHaveLength(2);
    expect(await tokens.get()).toBe('t3');
  });

  it('for a person come with another refresh token each time, which is told of; one is never sent twice', async () => {
    const kept: string[] = [];
    const person = { clientId: 'web', refreshToken: 'r0', onRefreshToken: (token: string) => void kept.push(token) };
    const { asked, tokens } = issuer(person, 0);
    expect([await tokens.get(), await tokens.get()]).toEqual(['t1', 't2']);
    expect(kept).toEqual(['r1', 'r2']);
    expect(asked.map(({ fields }) => fields)).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'r0', client_id: 'web' },
      { grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'web' },
    ]);
    const lost = issuer(person, 0, [new Error('reset')]);
    await expect(lost.tokens.get()).rejects.toThrow('no answer after 1 attempt: reset');
    expect(lost.asked).toHaveLength(1);
  });

  it('that are refused are replaced once, of a POST without a key too: nothing was done', async () => {
    const refusals = (times: number): typeof fetch =>
      (async () =>
        times-- > 0 ? Response.json({}, { status: 401 }) : Response.json({ id: '1' })) as unknown as typeof fetch;
    const outgoing = { url: URL_OF, method: 'POST', headers: {}, repeatable: false };
    const renew = (times: number) => send(outgoing, { fetch: refusals(times) }, issuer(APP).tokens);
    expect((await renew(1)).response.status).toBe(200);
    await expect(renew(2)).rejects.toMatchObject({ status: 401, attempts: 1 });
    const fixed = tokensOf('given', URL_OF, {});
    await expect(send(outgoing, { fetch: refusals(1) }, fixed)).rejects.toMatchObject({ status: 401 });
  });
});
