import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of clients have names, and a client may be given limits of its own. */
export class ClientKeysAndLimits1764844000000 implements MigrationInterface {
  name = 'ClientKeysAndLimits1764844000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the thumbprint of RFC 7638: required members in their order
      UPDATE directory.client SET jwks = jsonb_set(jwks, '{keys,0,kid}', to_jsonb(rtrim(translate(encode(sha256(convert_to(
          CASE jwks #>> '{keys,0,kty}'
            WHEN 'EC' THEN format('{"crv":%s,"kty":"EC","x":%s,"y":%s}', jwks #> '{keys,0,crv}', jwks #> '{keys,0,x}', jwks #> '{keys,0,y}')
            ELSE format('{"crv":%s,"kty":"OKP","x":%s}', jwks #> '{keys,0,crv}', jwks #> '{keys,0,x}') END,
          'UTF8')), 'base64'), '+/', '-_'), '=')))
       WHERE jwks #> '{keys,0}' IS NOT NULL AND jwks #> '{keys,0,kid}' IS NULL;
      ALTER TABLE directory.client ADD CONSTRAINT client_keys_two CHECK (jsonb_array_length(jwks -> 'keys') BETWEEN 1 AND 2),
        ADD requests_per_minute int CHECK (requests_per_minute > 0),
        ADD bulk_requests_per_minute int CHECK (bulk_requests_per_minute > 0);
      CREATE VIEW directory.published_client_limit_v1 AS
        SELECT client_id, requests_per_minute, bulk_requests_per_minute FROM directory.client
         WHERE active AND num_nonnulls(requests_per_minute, bulk_requests_per_minute) > 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
