// While a request is written down: who we know with the contact or number that is being typed, masked by the server
const place = document.querySelector('[data-customer-lookup]');
const section = document.querySelector('[data-form]');
const PAUSE_MILLISECONDS = 350;
let timer;
let asked = '';

function look() {
  const { customer_contact: contact = '', customer_number: number = '' } = section.caseloopForm?._getState().data ?? {};
  const query = new URLSearchParams({ contact: contact ?? '', number: number ?? '' }).toString();
  if (query === asked) return;
  asked = query;
  window.htmx.ajax('GET', `${place.dataset.customerLookup}?${query}`, { target: place, swap: 'innerHTML' });
}

if (place && section) {
  const later = () => { clearTimeout(timer); timer = setTimeout(look, PAUSE_MILLISECONDS); };
  section.addEventListener('input', later);
  section.addEventListener('focusout', later);
}
