import { defineProblem } from '#problems';

export const MergeWithItself = defineProblem({
  code: 'directory/merge-with-itself',
  status: 409,
  zh: '不能把人员与其自身合并',
  en: 'Nobody is merged with themselves',
});

export const DifferentKinds = defineProblem({
  code: 'directory/merge-different-kinds',
  status: 409,
  zh: '学生档案与教职工档案不能合并：毕业后留校任职的人员有两份档案',
  en: 'A student and a member of staff are not merged: who graduates and becomes staff has a record as each',
});

export const PersonAlreadyMerged = defineProblem({
  code: 'directory/person-already-merged',
  status: 409,
  zh: '该档案已合并到另一档案，请改用其 mergedInto',
  en: 'This record was merged into another already: go on with its mergedInto',
});

export const PersonBeingErased = defineProblem({
  code: 'directory/person-being-erased',
  status: 409,
  zh: '其个人信息已删除或正待删除，不能合并，也不能撤销合并',
  en: 'The personal data was erased, or an erasure is waiting: it can neither be merged nor a merge be undone',
});

export const MergeUnderWay = defineProblem({
  code: 'directory/merge-under-way',
  status: 409,
  zh: '该档案已有未办结的合并',
  en: 'A merge of this record is under way already',
});

export const MergeClosed = defineProblem({
  code: 'directory/merge-closed',
  status: 409,
  zh: '该合并当前的状态不允许这样办理',
  en: 'As the merge stands now, that cannot be done with it',
});

export const OwnMerge = defineProblem({
  code: 'directory/own-merge',
  status: 403,
  zh: '合并须由提出者以外的人员确认',
  en: 'A merge is confirmed by a person, and never by who proposed it',
});

export const MergeChangedSince = defineProblem({
  code: 'directory/merge-changed-since',
  status: 409,
  zh: '合并之后已有变动，不能撤销：档案 {person} 处、来源标识 {source} 处、所属单位 {membership} 处、住宿 {residence} 处',
  en: 'What was merged has changed since, so it cannot be undone: records {person}, names of sources {source}, memberships {membership}, beds {residence}',
});
