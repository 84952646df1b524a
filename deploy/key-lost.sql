-- When the file of SECRET_KEY_FILE is lost and a new one has been made: throws away what only the lost key could open.
-- Nobody stays signed in, and every app needs a new secret (docs/deploying.md). Other records are untouched.
BEGIN;
DELETE FROM directory.signing_key;
DELETE FROM directory.oidc_state;
DELETE FROM directory.sso_session;
DELETE FROM directory.client_secret;
-- Texts and files of students cannot be read by anybody any more. New ones get new keys; who was erased stays so.
DELETE FROM platform.student_key WHERE wrapped IS NOT NULL;
UPDATE affairs.leave SET version = version + 1,
  reason = CASE WHEN substring(reason FROM 1 FOR 1) = '\xff' THEN '\xff595a00' ELSE reason END,
  destination = CASE WHEN substring(destination FROM 1 FOR 1) = '\xff' THEN '\xff595a00' ELSE destination END,
  contact = CASE WHEN substring(contact FROM 1 FOR 1) = '\xff' THEN '\xff595a00' ELSE contact END,
  extension_reason = CASE WHEN substring(extension_reason FROM 1 FOR 1) = '\xff' THEN '\xff595a00' ELSE extension_reason END;
-- What certificates say cannot be read any more, and no new one is signed with the lost key: there will be another.
UPDATE affairs.certificate SET version = version + 1, erased = TRUE, signed = '\xff595a00',
  revocation_reason = CASE WHEN revocation_reason IS NOT NULL THEN '\xff595a00'::bytea END;
UPDATE affairs.certificate_key SET sealed_jwk = NULL, retired_at = now() WHERE retired_at IS NULL;
DELETE FROM affairs.file;
-- What took effect stays so: a retry is told that its answer cannot be given again.
UPDATE platform.idempotency_key SET answer = NULL;
COMMIT;
