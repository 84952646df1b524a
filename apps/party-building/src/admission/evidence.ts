/** What was handed in with a step: references to papers and people, never their contents. */
export interface Evidence {
  /** Kind of document and where the school keeps it. */
  documents: { kind: string; reference: string }[];
  people: { role: string; personId: string }[];
  choices: { name: string; value: string }[];
}

export const NO_EVIDENCE: Evidence = { documents: [], people: [], choices: [] };
