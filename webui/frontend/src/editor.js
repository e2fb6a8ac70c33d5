// The analyst's diagram editor: modeler, properties panel (Camunda 8), lint while drawing, save with picture
import './shell/nonce.js';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css';
import './css/diagram.css';
import './css/workbench.css';
import BpmnModeler from 'bpmn-js/lib/Modeler';
import lintModule from 'bpmn-js-bpmnlint';
import baseZh from 'bpmn-js-i18n/translations/zn.js';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import zeebeBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import zeebeModdle from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { showAll, showReadably } from './diagram/zoom.js';
import bpmnZh from './i18n/bpmn-zh.js';
import { speakIn } from './i18n/dom.js';
import lintZh from './i18n/lint-zh.js';
import panelFrameZh from './i18n/panel-frame-zh.js';
import propertiesZh from './i18n/properties-zh.js';
import { translator } from './i18n/translator.js';
import { showRefusal } from './shell/notices.js';
import { language, pageData, t } from './shell/page.js';
import { lintRules } from './workbench/lint.js';
import { ownPanel } from './workbench/panel.js';
import { openSession } from './workbench/session.js';

const PALETTE_WIDTH = 120;
const data = pageData();
if (language === 'zh') speakIn(document.getElementById('properties'), panelFrameZh);
const modeler = new BpmnModeler({
  container: '#canvas',
  propertiesPanel: { parent: '#properties' },
  linting: { bpmnlint: lintRules(data.lintRules), active: true },
  moddleExtensions: { zeebe: zeebeModdle },
  additionalModules: [
    BpmnPropertiesPanelModule,
    BpmnPropertiesProviderModule,
    ZeebePropertiesProviderModule,
    zeebeBehaviors,
    lintModule,
    ownPanel(data.choices),
    ...(language === 'zh' ? [translator(propertiesZh, bpmnZh, lintZh, baseZh)] : []),
  ],
});

function select({ element_id: id }) {
  const element = id && modeler.get('elementRegistry').get(id);
  if (!element) return;
  modeler.get('canvas').scrollToElement(element, 120);
  modeler.get('selection').select(element);
}

async function take() {
  const { xml } = await modeler.saveXML({ format: true });
  const { svg } = await modeler.saveSVG();
  return { xml, svg };
}

try {
  await modeler.importXML(data.xml);
  showReadably(modeler, { left: PALETTE_WIDTH });
} catch (error) {
  showRefusal(document.getElementById('flash'), { told: { title: t('This diagram cannot be shown'), message: error.message } });
}
const session = openSession({
  take,
  select,
  fit: () => showAll(modeler, PALETTE_WIDTH),
  commandStack: () => modeler.get('commandStack'),
});
modeler.on('commandStack.changed', session.changed);
document.getElementById('workbench').caseloopModeler = modeler;
