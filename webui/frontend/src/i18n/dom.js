// Translate texts where they stand, for a widget that has no translate service
const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];
const EDITED = '[contenteditable=true], textarea, .cm-editor, .fjs-form, .bio-properties-panel-header-label, '
  + '.bio-properties-panel-collapsible-entry-header-title';

// Numbers are no part of a dictionary's key: 'List contains {n} items' knows 'List contains 3 items'
function translated(text, dictionary) {
  const key = text?.trim() ?? '';
  const number = key.match(/\d+/)?.[0];
  return dictionary[key] ?? (number && dictionary[key.replace(number, '{n}')]?.replace('{n}', number));
}

function speakNode(node, dictionary) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = translated(node.data, dictionary);
    if (text && !node.parentElement?.closest(EDITED)) node.data = node.data.replace(node.data.trim(), text);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const name of ATTRIBUTES) {
    const text = translated(node.getAttribute(name), dictionary);
    if (text) node.setAttribute(name, text);
  }
  node.childNodes.forEach(child => speakNode(child, dictionary));
}

/** Keep everything in `container` translated; what the user wrote (names, the form itself) is left alone. */
export function speakIn(container, dictionary) {
  new MutationObserver(records => {
    for (const { type, target, addedNodes } of records) {
      if (type === 'childList') addedNodes.forEach(node => speakNode(node, dictionary));
      else speakNode(target, dictionary);
    }
  }).observe(container, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
}
