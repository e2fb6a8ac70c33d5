// The analyst's decision-table editor
import './shell/nonce.js';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import './css/diagram.css';
import './css/workbench.css';
import DmnModeler from 'dmn-js/lib/Modeler';
import bpmnZh from './i18n/bpmn-zh.js';
import dmnZh, { unasked } from './i18n/dmn-zh.js';
import { speakIn } from './i18n/dom.js';
import { translator } from './i18n/translator.js';
import { showRefusal } from './shell/notices.js';
import { language, pageData, t } from './shell/page.js';
import { openSession } from './workbench/session.js';

const data = pageData();
const view = { additionalModules: language === 'zh' ? [translator(dmnZh, bpmnZh)] : [] };
if (language === 'zh') speakIn(document.getElementById('canvas'), unasked);
const modeler = new DmnModeler({
  container: '#canvas',
  drd: view,
  decisionTable: view,
  literalExpression: view,
  boxedExpression: view,
});

/** Open the decision that a finding names. */
function select({ element_id: id }) {
  const found = modeler.getViews().find(v => v.element.id === id);
  if (found) modeler.open(found);
}

let session;
const watched = new Set();
function watch() {
  const viewer = modeler.getActiveViewer();
  if (!viewer || watched.has(viewer)) return;
  watched.add(viewer);
  viewer.on('commandStack.changed', () => session?.changed());
}
modeler.on('views.changed', watch);
try {
  await modeler.importXML(data.xml);
  const table = modeler.getViews().find(v => v.type === 'decisionTable');
  if (table) await modeler.open(table);
} catch (error) {
  showRefusal(document.getElementById('flash'), { told: { title: t('This table cannot be shown'), message: error.message } });
}
session = openSession({
  take: () => modeler.saveXML({ format: true }),
  select,
  commandStack: () => modeler.getActiveViewer()?.get('commandStack', false),
});
watch();
