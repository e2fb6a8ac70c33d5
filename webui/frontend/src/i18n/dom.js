// Translate texts where they stand, for a widget that has no translate service
const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];
const EDITED = '[contenteditable=true], textarea, .cm-editor, .fjs-form';

function speakNode(node, dictionary) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = dictionary[node.data.trim()];
    if (text && !node.parentElement?.closest(EDITED)) node.data = node.data.replace(node.data.trim(), text);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const name of ATTRIBUTES) {
    const text = dictionary[node.getAttribute(name)?.trim()];
    if (text) node.setAttribute(name, text);
  }
  node.childNodes.forEach(child => speakNode(child, dictionary));
}

/** Keep everything in `container` translated; what the user edits (the form itself) is left alone. */
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
