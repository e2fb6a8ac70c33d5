// The modeler in Chinese: what bpmn-js-i18n lacks, or says otherwise than the rest of our pages
const EVENTS = {
  Message: '消息', Timer: '定时', Error: '错误', Escalation: '升级', Signal: '信号', Compensation: '补偿', Compensate: '补偿',
  Conditional: '条件', Link: '链接', Cancel: '取消', Terminate: '终止', Multiple: '多重', 'Multiple Parallel': '并行多重',
};
const POSITIONS = {
  'Start Event': '开始事件', 'Intermediate Catch Event': '中间捕获事件', 'Intermediate Throw Event': '中间抛出事件',
  'Boundary Event': '边界事件', 'End Event': '结束事件',
};

/** Every event by place and kind, as the panel's head writes it (capitals) and as the menus do (small letters). */
function events() {
  const found = {};
  for (const [position, place] of Object.entries(POSITIONS)) {
    for (const [event, kind] of [['', ''], ...Object.entries(EVENTS)]) {
      const text = `${kind}${place}`;
      const name = `${event} ${position}`.trim();
      const small = name[0] + name.slice(1).toLowerCase();
      Object.assign(found, {
        [name]: text,
        [small]: text,
        [`${name} (Non Interrupting)`]: `${text}（非中断）`,
        [`${small} (non-interrupting)`]: `${text}（非中断）`,
        [`Append ${small.toLowerCase()}`]: `追加${text}`,
      });
    }
  }
  return found;
}

/** Both spellings of a name. */
function both(names) {
  return Object.fromEntries(Object.entries(names).flatMap(
    ([name, text]) => [[name, text], [name.replace(/(?<=\s)[a-z]/g, c => c.toUpperCase()), text]],
  ));
}

export default {
  ...events(),
  ...both({
    Task: '任务', 'User task': '用户任务', 'Service task': '服务任务', 'Send task': '发送任务', 'Receive task': '接收任务',
    'Manual task': '手工任务', 'Business rule task': '业务规则任务', 'Script task': '脚本任务', 'Call activity': '调用活动',
    'Exclusive gateway': '排他网关', 'Parallel gateway': '并行网关', 'Inclusive gateway': '包容网关',
    'Complex gateway': '复杂网关', 'Event-based gateway': '事件网关', 'Event based gateway': '事件网关',
    'Collapsed sub process': '子流程（折叠）', 'Collapsed ad hoc sub process': '临时子流程（折叠）',
    'Sub-process': '子流程', 'Sub process': '子流程', 'Event sub-process': '事件子流程', 'Event sub process': '事件子流程',
    Transaction: '事务', 'Ad-hoc sub-process': '临时子流程', 'Ad hoc sub process': '临时子流程',
    'Data store reference': '数据存储', 'Data object reference': '数据对象', Group: '分组', 'Text annotation': '文本注释',
    'Sequence flow': '顺序流', 'Default flow': '默认流', 'Conditional flow': '条件流', 'Message flow': '消息流',
    Association: '关联', Process: '流程', Collaboration: '协作', Participant: '参与者', Lane: '泳道', Label: '标签',
    'Data input association': '数据输入关联', 'Data output association': '数据输出关联',
  }),
  'Ad-hoc': '临时',
  'Sub-process (collapsed)': '子流程（折叠）',
  'Sub-process (expanded)': '子流程（展开）',
  'Ad-hoc sub-process (collapsed)': '临时子流程（折叠）',
  'Ad-hoc sub-process (expanded)': '临时子流程（展开）',
  'Event based instantiating Gateway': '实例化事件网关',
  'Parallel Event based instantiating Gateway': '实例化并行事件网关',
  'Expanded pool/participant': '展开的泳池',
  'Empty pool/participant': '空泳池',
  'Empty pool/participant (removes content)': '空泳池（删除内容）',
  'Participant multiplicity': '多个参与者',
  'Create pool/participant': '创建泳池',
  'Create expanded sub-process': '创建展开的子流程',
  'Create group': '创建分组',
  'Create data object reference': '创建数据对象',
  'Create data store reference': '创建数据存储',
  'Activate hand tool': '拖动画布',
  'Activate lasso tool': '框选元素',
  'Activate create/remove space tool': '增减空白',
  'Activate global connect tool': '连线工具',
  'Append task': '追加任务',
  'Append gateway': '追加网关',
  'Append end event': '追加结束事件',
  'Append intermediate/boundary event': '追加中间或边界事件',
  'Append text annotation': '添加文本注释',
  'Add text annotation': '添加文本注释',
  'Add lane above': '在上方添加泳道',
  'Add lane below': '在下方添加泳道',
  'Divide into two lanes': '分成两条泳道',
  'Divide into three lanes': '分成三条泳道',
  'Connect to other element': '连接到其他元素',
  'Connect using association': '用关联连接',
  'Connect using data input association': '用数据输入关联连接',
  'Connect using sequence/message flow or association': '用顺序流、消息流或关联连接',
  'Change type': '更改类型',
  'Change element': '更改元素',
  'Align elements': '对齐元素',
  'Align elements ': '对齐元素：',
  'Align elements left': '左对齐',
  'Align elements right': '右对齐',
  'Align elements center': '水平居中',
  'Align elements top': '顶部对齐',
  'Align elements bottom': '底部对齐',
  'Align elements middle': '垂直居中',
  left: '左', right: '右', center: '居中', top: '上', bottom: '下', middle: '垂直居中',
  'Distribute elements horizontally': '水平均匀分布',
  'Distribute elements vertically': '垂直均匀分布',
  'Toggle non-interrupting': '切换是否中断',
  'Open {element}': '打开 {element}',
  'Search in diagram': '在图中搜索',
  Search: '搜索',
  'No matching elements': '没有匹配的元素',
  'No results': '没有结果',
};
