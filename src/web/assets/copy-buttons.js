/** Lets buttons that wait for this copy the text of the element that they name. */
export function addCopyButtons(root) {
  for (const button of root.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => void copy(button));
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = button.dataset.copied;
  } catch {
    // The browser does not let us: it is selected, so that one key copies it.
    getSelection().selectAllChildren(source);
  }
}
