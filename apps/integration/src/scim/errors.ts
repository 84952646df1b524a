import { answerErrorsAs, type Language } from '#http';
import type { Problem } from '#problems';
import { SCIM_TYPE } from './answers.js';

/** Errors of RFC 7644, 3.12. */
export interface ScimError {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'];
  status: string;
  scimType?: string;
  detail: string;
}

const TYPES: Record<string, string> = {
  'integration/scim-filter-refused': 'invalidFilter',
  'integration/scim-path-refused': 'invalidPath',
  'integration/scim-value-refused': 'invalidValue',
  'integration/scim-no-target': 'noTarget',
  'integration/scim-read-only': 'mutability',
  'integration/scim-kept-by-another-source': 'mutability',
  'integration/scim-syntax-refused': 'invalidSyntax',
  'integration/scim-not-unique': 'uniqueness',
};

function scimError({ kind, text, errors }: Problem, language: Language): ScimError {
  const parts = errors.filter(({ en }) => en !== text.en).map((one) => `${one.pointer} ${one[language]}`);
  const scimType = TYPES[kind.code] ?? (kind.status === 400 ? 'invalidSyntax' : undefined);
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(kind.status),
    ...(scimType !== undefined && { scimType }),
    detail: [text[language], ...parts].join('; ').slice(0, 1_000),
  };
}

answerErrorsAs('/scim/v2/', scimError, SCIM_TYPE);
