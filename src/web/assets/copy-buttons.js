/** Shows the copy buttons. Each copies the text of the element that `data-copy` names. */
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
    // The browser refused, so select the text: the reader copies it with one key.
    getSelection().selectAllChildren(source);
  }
}
