/** What of a delivery decides with which others it may take effect. */
interface Delivered {
  aggregateId: string | null;
}

interface Group<T> {
  taker: object | undefined;
  rows: T[];
  aggregates: Set<string>;
}

/**
 * Deliveries in the order in which they take effect, those together that one handler takes together. `takerOf` answers the same object for
 * these, and undefined for what is handled alone. Those of an aggregate keep their order, and none is in a group twice.
 */
export function grouped<T extends Delivered>(rows: readonly T[], takerOf: (row: T) => object | undefined): T[][] {
  const groups: Group<T>[] = [];
  for (const row of rows) {
    const taker = takerOf(row);
    const { aggregateId } = row;
    const ofAggregate = (group: Group<T>): boolean => aggregateId !== null && group.aggregates.has(aggregateId);
    // Not before anything of its aggregate.
    const from = groups.findLastIndex(ofAggregate) + 1;
    let group = taker && groups.slice(from).findLast((one) => one.taker === taker);
    if (!group) groups.push((group = { taker, rows: [], aggregates: new Set() }));
    group.rows.push(row);
    if (aggregateId !== null) group.aggregates.add(aggregateId);
  }
  return groups.map((group) => group.rows);
}
