/** `late`: in after curfew. `not_returned`: not in that night. `clear`: an earlier finding was corrected away or excused. */
export const NIGHT_FINDINGS = ['late', 'not_returned', 'clear'] as const;
export type NightFinding = (typeof NIGHT_FINDINGS)[number];
