import { Flag, Int, LongText, OneOf, Text } from '#fields';

/** When a connector is pulled. */
class WhenDto {
  @Text({
    zh: '每日拉取的时刻（校园时区）；空为只按需拉取',
    en: 'Time of day on campus at which it is pulled; null: only when somebody asks',
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    nullable: true,
    example: '02:10',
  })
  at: string | null;

  @Int({
    zh: '至多推迟的分钟数，随机取，使各系统不同时被请求',
    en: 'Minutes later at most, by chance, so that not everything is asked at once',
    min: 0,
    max: 240,
    example: 20,
  })
  jitterMinutes: number;
}

/** A OneRoster service that a connector pulls from. */
export class PulledFromDto extends WhenDto {
  @OneOf(['1.1', '1.2'], { zh: 'OneRoster 版本', en: 'Version of OneRoster', example: '1.2' })
  oneRoster: '1.1' | '1.2';

  @Text({
    zh: '服务地址，至 /ims/oneroster 之前；https 的 443 端口，或学校放行的网段',
    en: 'Address of the service up to /ims/oneroster: https on port 443, or in a range that the school allows',
    max: 500,
    example: 'https://sis.example.edu.cn',
  })
  url: string;

  @Text({ zh: '令牌地址', en: 'Where tokens are had', max: 500, example: 'https://sis.example.edu.cn/token' })
  tokenUrl: string;

  @Text({ zh: '客户端标识', en: 'Client id', example: 'yizhan' })
  clientId: string;
}

export class PullDto extends PulledFromDto {
  @Text({
    zh: '客户端密钥：封存，不再给出；不填则保留',
    en: 'Secret of the client: sealed and never answered; one that is not said stays',
    max: 500,
    optional: true,
    example: 'K2h7…',
  })
  secret?: string;
}

const NAME = /^[^\0\r\n]+$/;

/** A view of a database that a connector is pulled from. */
export class PulledViewDto extends WhenDto {
  @OneOf(['postgresql', 'mysql'], {
    zh: '数据库：PostgreSQL，或 MySQL 与 MariaDB',
    en: 'PostgreSQL, or MySQL and MariaDB',
    example: 'mysql',
  })
  database: 'postgresql' | 'mysql';

  @Text({
    zh: '主机：学校放行的网段（CONNECTOR_TARGETS），或以 TLS 连接的公网地址',
    en: 'Host: in a range that the school allows (CONNECTOR_TARGETS), or by TLS on the internet',
    max: 253,
    pattern: /^[A-Za-z0-9.:-]+$/,
    example: 'db.example.edu.cn',
  })
  host: string;

  @Int({ zh: '端口', en: 'Port', min: 1, max: 65_535, example: 3306 })
  port: number;

  @Text({ zh: '数据库名', en: 'Name of the database', max: 64, pattern: NAME, example: 'share' })
  name: string;

  @Text({
    zh: '用户名；只需读取该视图的权限',
    en: 'User; it needs to read the view and nothing else',
    max: 80,
    pattern: NAME,
    example: 'yizhan',
  })
  user: string;

  @Text({
    zh: '视图或表名，可带模式名；不接受 SQL',
    en: 'Name of a view or a table, with its schema where that is needed; no SQL',
    max: 129,
    pattern: /^[^\0."`\\]{1,64}(\.[^\0."`\\]{1,64})?$/,
    example: 'v_student',
  })
  view: string;

  @Text({
    zh: '键列：每行不同、不为空，有索引；按它分页读取',
    en: 'Key: a column that is different in each row, never null, and indexed; pages are read in its order',
    max: 64,
    pattern: NAME,
    example: 'XH',
  })
  key: string;

  @Flag({
    zh: '使用 TLS 并校验证书；只有在学校放行的网段内可以不用',
    en: 'By TLS, with its certificate verified; only in ranges that the school allows may it be without',
    optional: true,
    example: true,
  })
  tls = true;

  @LongText({
    zh: '签发证书的机构证书（PEM）；空为系统信任的机构',
    en: 'Certificate of the authority (PEM); null: one that the system trusts',
    max: 20_000,
    nullable: true,
    optional: true,
    example: '-----BEGIN CERTIFICATE-----…',
  })
  ca: string | null = null;
}

export class ViewPullDto extends PulledViewDto {
  @Text({
    zh: '密码：封存，不再给出；不填则保留',
    en: 'Password: sealed and never answered; one that is not said stays',
    max: 500,
    optional: true,
    example: 'K2h7…',
  })
  password?: string;
}
