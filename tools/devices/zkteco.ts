/** What a terminal or door controller of ZKTeco says, after the maker's tables; it knows nothing of our side. */
export class ZktecoDevice {
  private index = 0;

  constructor(
    private readonly url: string,
    readonly serial: string,
  ) {}

  hello(access = false): Promise<Answer> {
    return this.call(
      'GET',
      'cdata',
      access ? { DeviceType: 'acc' } : { options: 'all', pushver: '2.4.1', language: '83' },
    );
  }

  heartbeat(): Promise<Answer> {
    return this.call('GET', 'getrequest', {});
  }

  get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', path, query);
  }

  /** Rows of attendance: number, local time, state. */
  attendance(rows: readonly [pin: string, time: string, state: number][], stamp = '9999'): Promise<Answer> {
    const body = rows.map(([pin, time, state]) => `${pin}\t${time}\t${state}\t15\t0\t0\t0`).join('\n');
    return this.table('ATTLOG', `${body}\n`, { Stamp: stamp });
  }

  /** Events of a door. */
  events(rows: readonly { time: string; pin: string; way: number; event?: number; index?: number }[]): Promise<Answer> {
    const lines = rows.map(
      ({ time, pin, way, event = 0, index = ++this.index }) =>
        `time=${time}\tpin=${pin}\tcardno=0\teventaddr=1\tevent=${event}\tinoutstatus=${way}\tverifytype=15\tindex=${index}`,
    );
    return this.table('rtlog', lines.join('\r\n'), {});
  }

  /** The log was emptied: its numbers begin anew. */
  reset(): void {
    this.index = 0;
  }

  /** Anything, under a name of a table. */
  table(table: string, body: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', 'cdata', { table, ...query }, body);
  }

  private async call(method: string, path: string, query: Record<string, string>, body?: string): Promise<Answer> {
    const asked = new URLSearchParams({ SN: this.serial, ...query });
    // Devices name all kinds of types for what is always text.
    const answer = await fetch(`${this.url}/iclock/${path}?${asked}`, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/push;charset=UTF-8' } }),
    });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  }
}

export interface Answer {
  status: number;
  type: string | null;
  text: string;
}
