import { type PLACE_KINDS, type Bilingual } from '#contracts';
import type { Tx } from '#database';
import { dateIn, type RowErrors } from '#exchange';
import { copyInto, copyRow } from '../staging.js';
import type { Column } from './file.js';

export type PlaceCells = Record<Column, string>;
type PlaceKind = keyof typeof PLACE_KINDS;

interface StagedPlace {
  n: number;
  line: number;
  kind: PlaceKind;
  code: string;
  /** As the file names it; null = not said. */
  name: string | null;
  /** When it has no name yet. */
  fallback: string;
  parent: StagedPlace | null;
  grid: string | null;
}

const LEVELS = ['campus', 'building', 'floor', 'room', 'bed'] as const;
const NEEDED: Bilingual = { zh: '不能为空', en: 'must not be blank' };

/** What the file says all of: the rest is left as it is. */
export interface PlacesHeader {
  /** Places that are there no more are closed. */
  places: boolean;
  grids: boolean;
  residents: boolean;
}

/** Takes the rows of a places file for the staging tables; what is wrong goes to `findings`. */
export class PlacesLoader {
  private readonly places = new Map<string, StagedPlace>();
  private readonly grids = new Map<string, string | null>();
  private readonly beds = new Set<string>();
  private readonly students = new Set<string>();
  private readonly residences: string[] = [];

  /** `file`: what errors call it. */
  constructor(
    private readonly file: string,
    private readonly findings: RowErrors,
  ) {}

  add(line: number, row: PlaceCells): void {
    const deepest = [...LEVELS].reverse().find((level) => row[level] !== '');
    if (row.bed === '' && row.student_number !== '') return this.complain(line, 'bed', NEEDED);
    if (!deepest) {
      if (row.grid === '') this.complain(line, 'building', NEEDED);
      else this.grids.set(row.grid, row.name || (this.grids.get(row.grid) ?? null));
      return;
    }
    if (deepest !== 'campus' && row.building === '') return this.complain(line, 'building', NEEDED);
    if (deepest === 'bed' && row.room === '') return this.complain(line, 'room', NEEDED);
    let place: StagedPlace | null = null;
    for (const level of LEVELS) {
      if (row[level] === '') continue;
      place = this.place(line, level, row, place);
      if (level === deepest && row.name) place.name = row.name;
      // A bed's grid is that of its room.
      if (level === (deepest === 'bed' ? 'room' : deepest)) this.setGrid(line, place, row.grid);
    }
    if (deepest === 'bed') this.readBed(line, row, place!);
  }

  /** The place of a row's level; a place that is named in several rows must have the same parent in all. */
  private place(line: number, kind: PlaceKind, row: PlaceCells, parent: StagedPlace | null): StagedPlace {
    const inBuilding = kind === 'campus' || kind === 'building' ? '' : `${row.building}-`;
    const code = kind === 'bed' ? `${inBuilding}${row.room}-${row.bed}` : `${inBuilding}${row[kind]}`;
    const key = `${kind} ${code}`;
    let place = this.places.get(key);
    if (!place) {
      const fallback = kind === 'room' ? code : row[kind];
      place = { n: this.places.size, line, kind, code, name: null, fallback, parent, grid: null };
      this.places.set(key, place);
    } else if (parent && place.parent && parent !== place.parent) {
      // A room that is given with its floor in one row and without in another is on that floor.
      const deeper = LEVELS.indexOf(parent.kind) - LEVELS.indexOf(place.parent.kind);
      if (deeper > 0) place.parent = parent;
      else if (deeper === 0)
        this.complain(line, kind, {
          zh: `与第 ${place.line} 行的上级不一致`,
          en: `has another place above it than in line ${place.line}`,
        });
    } else place.parent ??= parent;
    return place;
  }

  private setGrid(line: number, place: StagedPlace, grid: string): void {
    if (grid === '') return;
    if (place.grid !== null && place.grid !== grid) {
      this.complain(line, 'grid', { zh: '同一寝室或场所属于两个网格', en: 'one place cannot be in two grids' });
    }
    place.grid = grid;
    if (!this.grids.has(grid)) this.grids.set(grid, null);
  }

  private readBed(line: number, row: PlaceCells, bed: StagedPlace): void {
    if (this.beds.has(bed.code))
      return this.complain(line, 'bed', { zh: '床位在文件中重复', en: 'the bed occurs twice in the file' });
    this.beds.add(bed.code);
    if (row.student_number === '') return;
    if (this.students.has(row.student_number)) {
      return this.complain(line, 'student_number', {
        zh: '该学号在文件中已有床位',
        en: 'the student has another bed in this file',
      });
    }
    this.students.add(row.student_number);
    this.residences.push(copyRow(line, bed.n, row.student_number, dateIn(row.from) ?? null));
  }

  /** Writes what was added into the staging tables. */
  async write(tx: Tx): Promise<void> {
    const grids = [...this.grids].map(([code, name]) => copyRow(code, name));
    const places = [...this.places.values()].map(({ n, line, kind, code, name, fallback, parent, grid }) =>
      copyRow(n, line, kind, code, name, fallback, parent?.n ?? null, grid),
    );
    await copyInto(tx, 'staged_grid (code, name)', grids);
    await copyInto(tx, 'staged_place (n, line, kind, code, name, fallback, parent_n, grid_code)', places);
    await copyInto(tx, 'staged_residence (line, bed_n, number, begins)', this.residences);
  }

  private complain(line: number, column: string | undefined, text: Bilingual): void {
    this.findings.add(this.file, line, column, text);
  }
}
