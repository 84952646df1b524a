-- When the file of SECRET_KEY_FILE is lost and a new one has been made: throws away what only the lost key could open.
-- Nobody stays signed in, and every app needs a new secret (docs/deploying.md). Records are untouched.
BEGIN;
DELETE FROM directory.signing_key;
DELETE FROM directory.oidc_state;
DELETE FROM directory.sso_session;
DELETE FROM directory.client_secret;
-- What took effect stays so: a retry is told that its answer cannot be given again.
UPDATE platform.idempotency_key SET answer = NULL;
COMMIT;
