// Small tools for drawing. All that comes from outside becomes text, never HTML.

/** Make an element. */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Set an element's text, if it is another one. */
export function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Let `parent` have one child for every item, in their order. A child belongs to the item with its
 * key for as long as there is one; `make` makes a new one, `update` brings it up to date.
 */
export function each(parent, items, keyOf, make, update) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const child = old.get(key) ?? make(item);
    old.delete(key);
    child.dataset.key = key;
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** Write a telephone number in groups of three digits, from its end. */
export function grouped(number) {
  const [, plus, digits] = /^(\+?)([0-9]*)$/.exec(number) ?? [null, number, ""];
  return plus + digits.replace(/\B(?=(?:[0-9]{3})+$)/g, digits.length > 6 ? "\u00a0" : "");
}
