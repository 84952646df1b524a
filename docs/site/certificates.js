// The page `/certificates`: reads the code out of an address, and checks a file. Nothing leaves the device but the code, by the form.
const form = document.querySelector('#verify');
const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  // So that it stays neither in the address bar nor in the history.
  history.replaceState(null, '', location.pathname + location.search);
  form.elements.code.value = code;
  form.requestSubmit();
}

const section = document.querySelector('#file');
// Hashing is to be had on https (and on this machine) alone.
if (section && crypto.subtle) {
  const drop = section.querySelector('.drop');
  const input = drop.querySelector('input');
  const check = async (file) => {
    if (!file) return;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const result = hash === section.dataset.sha256 ? 'same' : 'changed';
    for (const said of drop.querySelectorAll('[data-when]')) said.hidden = said.dataset.when !== result;
  };
  drop.hidden = false;
  input.addEventListener('change', () => check(input.files[0]));
  section.addEventListener('dragover', (event) => event.preventDefault());
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    check(event.dataTransfer.files[0]);
  });
}
