import { defineProblem } from '#problems';

export const ConnectorSourceTaken = defineProblem({
  code: 'integration/connector-source-taken',
  status: 409,
  zh: '另一个对接已使用该来源名',
  en: 'Another connector has this source',
});
export const ConnectorSourceReserved = defineProblem({
  code: 'integration/connector-source-reserved',
  status: 400,
  zh: '来源名 {source} 留给 SCIM 开通的账号，请换一个',
  en: 'The source {source} is kept for accounts provisioned by SCIM: choose another name',
});
export const ConnectorMappingRefused = defineProblem({
  code: 'integration/connector-mapping-refused',
  status: 422,
  zh: '映射不能这样配置，详见 errors',
  en: 'The mapping cannot be as it is; see errors',
});
export const ConnectorFileRefused = defineProblem({
  code: 'integration/connector-file-refused',
  status: 422,
  zh: '文件不能读取，详见 errors',
  en: 'The file cannot be read; see errors',
});
export const ConnectorHasNoDraft = defineProblem({
  code: 'integration/connector-has-no-draft',
  status: 409,
  zh: '没有草稿映射',
  en: 'There is no draft of a mapping',
});
export const ConnectorHasNoProfile = defineProblem({
  code: 'integration/connector-has-no-profile',
  status: 409,
  zh: '还没有已发布的映射',
  en: 'No mapping has been published yet',
});
export const ConnectorNotTried = defineProblem({
  code: 'integration/connector-not-tried',
  status: 409,
  zh: '须先试运行：读到了行，且没有错误',
  en: 'It must be tried first: with rows read, and nothing wrong with them',
});
export const ConnectorSecondPersonNeeded = defineProblem({
  code: 'integration/connector-second-person-needed',
  status: 409,
  zh: '须由另一人确认',
  en: 'Somebody else must confirm it',
});
export const ConnectorPaused = defineProblem({
  code: 'integration/connector-paused',
  status: 409,
  zh: '该对接已暂停',
  en: 'The connector is paused',
});
export const ConnectorRunUnderWay = defineProblem({
  code: 'integration/connector-run-under-way',
  status: 409,
  zh: '上一次运行尚未结束',
  en: 'The run before has not ended',
});
export const ConnectorRunNotHeld = defineProblem({
  code: 'integration/connector-run-not-held',
  status: 409,
  zh: '该运行没有被拦下',
  en: 'The run is not held',
});
export const ConnectorHasNoSource = defineProblem({
  code: 'integration/connector-has-no-source',
  status: 409,
  zh: '该对接没有配置拉取',
  en: 'The connector has nothing to pull from',
});
export const ConnectorViewRefused = defineProblem({
  code: 'integration/connector-view-refused',
  status: 422,
  zh: '数据库视图不能读取，详见 errors',
  en: 'The view of the database cannot be read; see errors',
});
export const ConnectorSourceRefused = defineProblem({
  code: 'integration/connector-source-refused',
  status: 422,
  zh: '来源地址不可用',
  en: 'The address of the source cannot be used',
});
