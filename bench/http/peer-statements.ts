const ON = `valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)`;
/** The students under a person's posts ($1) on a date ($2). */
const OWN = `SELECT m.person_id FROM (SELECT unit_id FROM staffing.appointment WHERE person_id = $1 AND ${ON}) a
  JOIN directory.unit_path p ON p.ancestor_id = a.unit_id JOIN directory.membership m ON m.unit_id = p.descendant_id
 WHERE m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)`;

const WARNING = `w.id, w.rule_code, r.number, j.number AS evaluated, (SELECT t.definition -> 'title' FROM early_warning.rule t WHERE t.id = w.rule_id) AS title, w.student_id, s.number AS student_number,
  s.name, w.level, w.status, w.first_day::text AS first_day, w.last_day::text AS last_day, w.hits, w.holds, w.raised_at, w.triage_due_at, w.muted, w.told_at,
  w.reached_at, w.corrected_at, w.reason_zh, w.reason_en, w.version`;
const WARNINGS = `early_warning.warning w JOIN early_warning.rule r ON r.id = w.rule_id
  JOIN early_warning.rule j ON j.id = coalesce(w.judged_rule_id, w.rule_id) JOIN directory.person s ON s.id = w.student_id`;
const VISIBLE = `w.student_id IN (${OWN}) AND w.rule_id = ANY(ARRAY(
  SELECT id FROM early_warning.rule WHERE definition -> 'visibility' IS NULL OR definition -> 'visibility' @> '"counselor"'))`;

/** Where a class (`o.unit_id`) is, and who answers for it. */
const WHERE = `json_build_object('college', (SELECT u.name FROM directory.unit_path p JOIN directory.unit u ON u.id = p.ancestor_id
     WHERE p.descendant_id = o.unit_id AND u.kind = 'college'),
  'className', (SELECT name FROM directory.unit WHERE id = o.unit_id),
  'counselors', (SELECT coalesce(json_agg(json_build_object('personId', a.person_id, 'kind', a.kind, 'name', c.name) ORDER BY a.person_id), '[]')
     FROM directory.unit_path p JOIN staffing.appointment a ON a.unit_id = p.ancestor_id JOIN directory.person c ON c.id = a.person_id
    WHERE p.descendant_id = o.unit_id AND a.kind = 'counselor' AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)))`;

const CLASS_OF_PAGE = `SELECT m.person_id, m.unit_id FROM (SELECT DISTINCT student_id FROM page) p
    JOIN directory.membership m ON m.person_id = p.student_id WHERE m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)`;

/** The best SQL that we could write by hand for what is asked most; `$1` who asks, `$2` the date on campus. */
export const STATEMENTS = {
  // Where they are is worked out once a class.
  warnings: `WITH entry AS (INSERT INTO bench.audit (person_id, action) VALUES ($1, 'warnings.list')),
      page AS MATERIALIZED (SELECT ${WARNING} FROM ${WARNINGS} WHERE w.status = 'open' AND NOT w.muted AND ${VISIBLE} ORDER BY w.raised_at DESC, w.id DESC LIMIT 51),
      own AS MATERIALIZED (${CLASS_OF_PAGE}),
      place AS MATERIALIZED (SELECT o.unit_id, ${WHERE} AS words FROM (SELECT DISTINCT unit_id FROM own) o)
    SELECT page.*, place.words AS "where" FROM page JOIN own ON own.person_id = page.student_id JOIN place ON place.unit_id = own.unit_id
     ORDER BY page.raised_at DESC, page.id DESC`,
  warning: `WITH entry AS (INSERT INTO bench.audit (person_id, action, subject) VALUES ($1, 'warning.read', $3))
    SELECT ${WARNING}, w.evidence, w.history, (SELECT ${WHERE} FROM directory.membership o
             WHERE o.person_id = w.student_id AND o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2)) AS "where",
           (SELECT json_agg(json_build_object('personId', a.person_id, 'kind', a.kind, 'name', c.name) ORDER BY a.kind DESC, a.person_id)
              FROM directory.membership m JOIN directory.unit_path p ON p.descendant_id = m.unit_id
              JOIN staffing.appointment a ON a.unit_id = p.ancestor_id JOIN directory.person c ON c.id = a.person_id
             WHERE m.person_id = w.student_id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
               AND a.kind IN ('counselor', 'class_advisor') AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)) AS assignees
      FROM ${WARNINGS} WHERE w.id = $3::text::uuid AND ${VISIBLE}`,
  students: `WITH entry AS (INSERT INTO bench.audit (person_id, action) VALUES ($1, 'warnings.students')),
      page AS MATERIALIZED (SELECT w.student_id, max(w.level_rank) AS rank, max(w.raised_at) AS raised_at,
          count(*) FILTER (WHERE w.status = 'open') AS open, count(*) FILTER (WHERE w.status = 'confirmed') AS confirmed
        FROM early_warning.warning w WHERE w.status IN ('open', 'confirmed') AND ${VISIBLE} GROUP BY w.student_id ORDER BY rank DESC, w.student_id DESC LIMIT 51),
      own AS MATERIALIZED (${CLASS_OF_PAGE}),
      place AS MATERIALIZED (SELECT o.unit_id, ${WHERE} AS words FROM (SELECT DISTINCT unit_id FROM own) o)
    SELECT page.*, s.number, s.name, place.words AS "where", k.model_id, k.as_of, k.score, k.parts
      FROM page JOIN directory.person s ON s.id = page.student_id JOIN own ON own.person_id = page.student_id JOIN place ON place.unit_id = own.unit_id
      LEFT JOIN early_warning.risk_score k ON k.student_id = page.student_id
     ORDER BY page.rank DESC, page.student_id DESC`,
  nights: `WITH own AS MATERIALIZED (SELECT DISTINCT person_id FROM (${OWN}) o),
      page AS MATERIALIZED (SELECT * FROM safety.night ORDER BY night DESC, id DESC LIMIT 51),
      home AS MATERIALIZED (
        SELECT p.ancestor_id AS building_id, r.valid_from, r.valid_to, s.active, s.inactive_since, count(*) AS students
          FROM own o JOIN directory.residence r ON r.person_id = o.person_id JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place b ON b.id = p.ancestor_id AND b.kind = 'building' JOIN directory.person s ON s.id = r.person_id
         GROUP BY 1, 2, 3, 4, 5),
      lived AS (SELECT n.night, sum(h.students)::int AS students FROM page n JOIN home h ON h.building_id = ANY(n.buildings)
                   AND h.valid_from <= n.night AND (h.valid_to IS NULL OR h.valid_to > n.night) AND (h.active OR h.inactive_since > n.night) GROUP BY n.night),
      found AS (SELECT f.night, count(*) FILTER (WHERE finding = 'late') AS late, count(*) FILTER (WHERE finding = 'not_returned') AS "notReturned",
                       count(*) FILTER (WHERE finding = 'excused') AS excused, count(*) FILTER (WHERE finding = 'excused' AND excuse = 'leave') AS "excusedByLeave",
                       count(*) FILTER (WHERE finding = 'suppressed') AS suppressed, count(*) FILTER (WHERE finding = 'unknown') AS unknown
                  FROM own o JOIN safety.night_finding f ON f.student_id = o.person_id WHERE f.night >= (SELECT min(night) FROM page) GROUP BY f.night)
    SELECT n.id, n.night::text AS night, n.revision, n.policy_number, n.checked_at, coalesce(l.students, 0) AS students, n.outages,
           json_build_object('late', coalesce(late, 0), 'notReturned', coalesce("notReturned", 0), 'excused', coalesce(excused, 0),
             'excusedByLeave', coalesce("excusedByLeave", 0), 'suppressed', coalesce(suppressed, 0), 'unknown', coalesce(unknown, 0)) AS counts
      FROM page n LEFT JOIN lived l ON l.night = n.night LEFT JOIN found f ON f.night = n.night ORDER BY n.night DESC, n.id DESC`,
  people: `SELECT id, kind, number, name, sex, grade, active, merged_into AS "mergedInto" FROM directory.person
    WHERE bench.pairs(name) @> bench.pairs($1) AND strpos(name, $1) > 0 ORDER BY number, id LIMIT 51`,
};
