import { defineProblem } from '#problems';

export const ItemCodeTaken = defineProblem({
  code: 'affairs/item-code-taken',
  status: 409,
  zh: '已有该代码的事项',
  en: 'There is an item of this code already',
});
export const ItemHasNoDraft = defineProblem({
  code: 'affairs/item-has-no-draft',
  status: 409,
  zh: '该事项没有草稿',
  en: 'The item has no draft',
});
export const ItemHasDraft = defineProblem({
  code: 'affairs/item-has-draft',
  status: 409,
  zh: '该事项另有草稿：请先发布或删除它',
  en: 'The item has another draft: publish or discard it first',
});
export const ItemNotOffered = defineProblem({
  code: 'affairs/item-not-offered',
  status: 409,
  zh: '该事项未在办理',
  en: 'The item is not offered',
});
export const ItemNotRetired = defineProblem({
  code: 'affairs/item-not-retired',
  status: 409,
  zh: '该事项没有停办',
  en: 'The item is not retired',
});
export const ItemPersonNeeded = defineProblem({
  code: 'affairs/item-person-needed',
  status: 403,
  zh: '事项须由人发布，应用不能自行发布',
  en: 'A person must publish an item; an app by itself cannot',
});
export const ItemSecondPersonNeeded = defineProblem({
  code: 'affairs/item-second-person-needed',
  status: 409,
  zh: '须由草稿撰写人以外的人发布',
  en: 'Somebody who did not write the draft must publish it',
});
