import { decodeJwt } from 'jose';
import { campus } from '#testing';
import { getToken } from '../../../tools/token.js';
import { freePort, IssuerApp } from './issuer.js';

describe('npm run token', () => {
  let issuer: IssuerApp;
  let url: string;
  beforeAll(async () => {
    issuer = await IssuerApp.create();
    url = issuer.config.origin;
  });
  afterAll(() => issuer?.close());

  it('gets a token of the demo app', async () => {
    const token = await getToken({ url, as: 'app' });
    expect(decodeJwt(token)).toMatchObject({ sub: 'yizhan-tour' });
    expect(await issuer.status('/directory/v1/clients', token)).toBe(200);
  });

  it('gets a token of a persona through the login page', async () => {
    const token = await getToken({ url, as: 'student', scope: 'affairs:leave:submit' });
    expect(decodeJwt(token)).toMatchObject({
      sub: campus.students[0],
      client_id: 'yizhan-tour',
      scope: 'affairs:leave:submit',
    });
    expect(decodeJwt(await getToken({ url, as: 'counselor' }))).toMatchObject({ sub: campus.staff.counselorCs });
  });

  it('gets a token of another client', async () => {
    const { secret } = await issuer.register({ clientId: 'own-app' });
    const token = await getToken({
      url,
      as: 'app',
      clientId: 'own-app',
      clientSecret: secret,
      scope: 'directory:unit:read',
    });
    expect(decodeJwt(token)).toMatchObject({ sub: 'own-app' });
  });

  it('says what to do when it cannot', async () => {
    await expect(getToken({ url, as: 'rector' })).rejects.toThrow(/counselor, student/);
    await expect(getToken({ url: `http://127.0.0.1:${await freePort()}`, as: 'app' })).rejects.toThrow(/npm start/);
    await expect(getToken({ url, as: 'app', clientId: 'nobody', clientSecret: 'x' })).rejects.toThrow(/invalid_client/);
  });
});
