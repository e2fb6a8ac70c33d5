// The properties panel, cut to what our engine runs: no listeners, and lists instead of free text where we know the choice
import { isSelectEntryEdited, SelectEntry } from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { useService } from 'bpmn-js-properties-panel';
import { t } from '../shell/page.js';

const NOT_RUN = new Set(['Zeebe__ExecutionListeners', 'Zeebe__TaskListeners', 'activeElements', 'adHocCompletion', 'calledElement']);

// entry of the Camunda 8 provider -> the extension element and attribute that it edits, and our list for it
const LISTS = {
  formId: { type: 'zeebe:FormDefinition', attribute: 'formId', list: 'forms', label: t('Form') },
  decisionId: { type: 'zeebe:CalledDecision', attribute: 'decisionId', list: 'decisions', label: t('Decision table') },
  taskDefinitionType: { type: 'zeebe:TaskDefinition', attribute: 'type', list: 'handlers', label: t('Handler') },
};

const extensionOf = (element, type) =>
  getBusinessObject(element).extensionElements?.get('values')?.find(value => value.$instanceOf?.(type));

function chooser({ type, attribute, label }, choices) {
  return function Chooser({ element, id }) {
    const [commandStack, debounce] = [useService('commandStack'), useService('debounceInput')];
    const current = () => extensionOf(element, type)?.get(attribute) ?? '';
    const known = choices.some(choice => choice.value === current()) ? [] : [{ value: current(), label: current() || '…' }];
    return h(SelectEntry, {
      element, id, label, debounce,
      getValue: current,
      getOptions: () => [...known, ...choices],
      setValue: value => commandStack.execute('element.updateModdleProperties', {
        element, moddleElement: extensionOf(element, type), properties: { [attribute]: value },
      }),
    });
  };
}

function withLists(group, element, choices) {
  if (!group.entries) return group;
  const entries = group.entries.map(entry => {
    const list = LISTS[entry.id];
    const offered = list && choices[list.list];
    if (!offered?.length || !extensionOf(element, list.type)) return entry;
    return { id: entry.id, component: chooser(list, offered), isEdited: isSelectEntryEdited };
  });
  return { ...group, entries };
}

/** `choices` = {forms, decisions, handlers}: lists of {value, label}. */
export function ownPanel(choices = {}) {
  class OwnProvider {
    static $inject = ['propertiesPanel'];
    constructor(propertiesPanel) {
      // Lower than the Camunda 8 provider (500): its groups are there already
      propertiesPanel.registerProvider(300, this);
    }
    getGroups(element) {
      return groups => groups.filter(group => !NOT_RUN.has(group.id)).map(group => withLists(group, element, choices));
    }
  }
  return { __init__: ['ownProvider'], ownProvider: ['type', OwnProvider] };
}
