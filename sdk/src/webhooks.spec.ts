import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { NotFromYizhan, verifyWebhook } from './webhooks.js';

const NOW = new Date('2026-12-04T02:40:00Z');
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const BODY =
  '{"type":"affairs.leave-approved.v1","timestamp":"2026-12-04T02:40:00.000Z","data":{"leaveId":"1","note":"请假"}}';

function signed(secrets = [SECRET], at = NOW): Record<string, string> {
  return {
    'webhook-id': 'm1',
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign('m1', at, BODY)).join(' '),
  };
}

describe('a webhook', () => {
  it('signed as the standard has it is answered as a message', async () => {
    const message = await verifyWebhook(BODY, signed(), SECRET, NOW);
    expect(message).toMatchObject({ type: 'affairs.leave-approved.v1', data: { leaveId: '1', note: '请假' } });
    expect(await verifyWebhook(BODY, new Headers(signed()), SECRET, NOW)).toEqual(message);
  });

  it('may be signed with two secrets, and be verified with two, while one replaces the other', async () => {
    const other = `whsec_${randomBytes(24).toString('base64')}`;
    await expect(verifyWebhook(BODY, signed([other, SECRET]), SECRET, NOW)).resolves.toBeDefined();
    await expect(verifyWebhook(BODY, signed(), [other, SECRET], NOW)).resolves.toBeDefined();
    await expect(verifyWebhook(BODY, signed(), [other], NOW)).rejects.toThrow(NotFromYizhan);
  });

  it('is verified with the public key alone where one has no secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const publicText = (key: KeyObject): string =>
      `whpk_${Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`;
    const { 'webhook-signature': v1, ...headers } = signed();
    const v1a = sign(null, Buffer.from(`m1.${headers['webhook-timestamp']}.${BODY}`), privateKey).toString('base64');
    const both = { ...headers, 'webhook-signature': `${v1} v1a,${v1a}` };
    await expect(verifyWebhook(BODY, both, publicText(publicKey), NOW)).resolves.toBeDefined();
    await expect(verifyWebhook(BODY, both, SECRET, NOW)).resolves.toBeDefined();
    const other = publicText(generateKeyPairSync('ed25519').publicKey);
    await expect(verifyWebhook(BODY, both, other, NOW)).rejects.toThrow(NotFromYizhan);
    await expect(verifyWebhook(BODY.replace('1', '2'), both, publicText(publicKey), NOW)).rejects.toThrow(
      NotFromYizhan,
    );
  });

  it.each([
    ['another body', BODY.replace('1', '2'), {}],
    ['another id', BODY, { 'webhook-id': 'm2' }],
    ['another signature', BODY, { 'webhook-signature': `v1,${randomBytes(32).toString('base64')}` }],
    [
      'a signature of another kind',
      BODY,
      { 'webhook-signature': signed()['webhook-signature']!.replace('v1,', 'v1a,') },
    ],
    ['no base64', BODY, { 'webhook-signature': 'v1,*' }],
    ['no timestamp', BODY, { 'webhook-timestamp': '' }],
    ['no header', BODY, { 'webhook-signature': undefined }],
    ['a timestamp of before', BODY, signed([SECRET], new Date(NOW.getTime() - 301_000))],
    ['a timestamp of later', BODY, signed([SECRET], new Date(NOW.getTime() + 301_000))],
  ])('with %s is refused', async (_, body, headers) => {
    await expect(verifyWebhook(body, { ...signed(), ...headers }, SECRET, NOW)).rejects.toThrow(NotFromYizhan);
  });
});
