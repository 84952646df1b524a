import { defineProblem } from '#problems';

export const ResourceKindUnknown = defineProblem({
  code: 'early-warning/resource-kind-unknown',
  status: 422,
  zh: '学校的规则中没有该种类的资源',
  en: 'The school’s rules have no such kind of resource',
});
export const MetricRefused = defineProblem({
  code: 'early-warning/metric-refused',
  status: 422,
  zh: '指标 {metric} 不能用于匹配或比较：心理与资助类、以及敏感等级高于 {max} 的指标都不使用',
  en: 'The metric {metric} drives no match and no comparison: none of psychology, none of aid, none of a sensitivity class above {max}',
});
export const ResourceNotDraft = defineProblem({
  code: 'early-warning/resource-not-draft',
  status: 409,
  zh: '已发布的资源不可再改',
  en: 'A resource that was published does not change',
});
export const ResourceNotPublished = defineProblem({
  code: 'early-warning/resource-not-published',
  status: 409,
  zh: '该资源不在发布中',
  en: 'The resource is not published',
});
export const ResourcePersonNeeded = defineProblem({
  code: 'early-warning/resource-person-needed',
  status: 403,
  zh: '资源须由人发布，应用不能自行发布',
  en: 'A person must publish a resource; an app by itself cannot',
});
export const ResourceSecondPersonNeeded = defineProblem({
  code: 'early-warning/resource-second-person-needed',
  status: 409,
  zh: '须由起草人与修改人以外的人发布',
  en: 'Somebody who neither drafted nor edited it must publish it',
});
export const ResourceFull = defineProblem({
  code: 'early-warning/resource-full',
  status: 409,
  zh: '名额已满',
  en: 'All places are taken',
});
export const ResourceNotOpen = defineProblem({
  code: 'early-warning/resource-not-open',
  status: 409,
  zh: '该资源现在不提供',
  en: 'The resource is not on offer now',
});
export const ResourceAnswered = defineProblem({
  code: 'early-warning/resource-answered',
  status: 409,
  zh: '您已这样答复过',
  en: 'You have answered so already',
});
export const ResourceNotYours = defineProblem({
  code: 'early-warning/resource-not-yours',
  status: 409,
  zh: '只有学生本人可以答复',
  en: 'Only the student answers',
});
