// CodeMirror adds <style> elements at run time and bpmn.io passes it no nonce: every one made here gets the page's own,
// so that the content policy needs no 'unsafe-inline'.
const nonce = document.querySelector('meta[name=csp-nonce]')?.content;
if (nonce) {
  const create = document.createElement;
  document.createElement = function (name, ...rest) {
    const element = create.call(this, name, ...rest);
    if (String(name).toLowerCase() === 'style') element.nonce = nonce;
    return element;
  };
}
