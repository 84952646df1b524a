import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '#config';

describe('Config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("takes the database's password from a file, whatever it is made of", () => {
    const file = join(folder, 'safety.password');
    writeFileSync(file, 'p@ss/w:rd?#%\n');
    const { databaseUrl } = Config.fromEnv({
      DATABASE_URL: 'postgres://yizhan_safety@postgres:5432/yizhan',
      DATABASE_PASSWORD_FILE: file,
      REDIS_URL: 'redis://redis:6379',
    });
    expect(databaseUrl).toBe('postgres://yizhan_safety:p%40ss%2Fw%3Ard%3F%23%25@postgres:5432/yizhan');
    expect(decodeURIComponent(new URL(databaseUrl).password)).toBe('p@ss/w:rd?#%');
  });

  it('names each wrong setting as the environment has it', () => {
    const given = { databaseUrl: 'postgres://127.0.0.1/x', redisUrl: 'redis://127.0.0.1' };
    const told = (wrong: object): string => {
      try {
        Config.of({ ...given, ...wrong });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(told({})).toBe('');
    for (const [property, name] of Object.entries({
      ...{ demo: 'YIZHAN_DEMO', sandbox: 'YIZHAN_SANDBOX', poolSize: 'POOL_SIZE' },
      ...{ ldapFilter: 'LDAP_FILTER', oidcIssuer: 'OIDC_ISSUER' },
    }))
      expect(told({ [property]: 1 })).toContain(`\n- ${name}: `);
  });
});
