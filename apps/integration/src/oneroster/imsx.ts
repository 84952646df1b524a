import type { Language } from '#http';
import type { Problem } from '#problems';

/** `imsx_StatusInfo` of OneRoster 1.2. */
export interface StatusInfo {
  imsx_codeMajor: 'success' | 'processing' | 'failure' | 'unsupported';
  imsx_severity: 'status' | 'warning' | 'error';
  imsx_description: string;
  imsx_CodeMinor: {
    imsx_codeMinorField: { imsx_codeMinorFieldName: string; imsx_codeMinorFieldValue: string }[];
  };
}

const BY_CODE: Record<string, string> = {
  'integration/oneroster-filter-refused': 'invalid_filter_field',
  'integration/oneroster-fields-refused': 'invalid_selection_field',
};
const BY_STATUS: Record<number, string> = {
  401: 'unauthorisedrequest',
  403: 'forbidden',
  404: 'unknownobject',
  429: 'server_busy',
  503: 'server_busy',
};

/** What OneRoster says of a problem. Where its list has no word for a status, it is the request that is wrong below 500, and the server above. */
export function statusInfo({ kind, text, errors }: Problem, language: Language): StatusInfo {
  const parts = errors.filter(({ en }) => en !== text.en).map((one) => `${one.pointer} ${one[language]}`);
  const minor =
    BY_CODE[kind.code] ?? BY_STATUS[kind.status] ?? (kind.status < 500 ? 'invaliddata' : 'internal_server_error');
  return {
    imsx_codeMajor: kind.status === 405 || kind.status === 501 ? 'unsupported' : 'failure',
    imsx_severity: 'error',
    imsx_description: [text[language], ...parts].join('; ').slice(0, 1_000),
    imsx_CodeMinor: {
      imsx_codeMinorField: [{ imsx_codeMinorFieldName: 'TargetEndSystem', imsx_codeMinorFieldValue: minor }],
    },
  };
}
