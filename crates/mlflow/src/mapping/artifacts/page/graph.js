// Scopes are listed when they are opened: a graph has thousands of nodes.
const root = { scopes: new Map(), nodes: [], count: 0 };
for (const node of data.nodes) {
  const path = node.name.split("/");
  let scope = root;
  scope.count++;
  for (const name of path.slice(0, -1)) {
    if (!scope.scopes.has(name)) scope.scopes.set(name, { scopes: new Map(), nodes: [], count: 0 });
    scope = scope.scopes.get(name);
    scope.count++;
  }
  scope.nodes.push({ ...node, name: path[path.length - 1] });
}

function list(scope, parent) {
  for (const [name, inner] of scope.scopes) {
    const details = element("details", parent);
    element("summary", details, `${name}/ (${inner.count})`);
    details.addEventListener("toggle", () => list(inner, details), { once: true });
  }
  for (const { name, op, inputs } of scope.nodes) {
    const node = element("div", parent);
    node.className = "node";
    element("span", node, name + " ");
    element("span", node, op + " ").className = "op";
    if (inputs.length) element("span", node, "← " + inputs.join(", ")).className = "inputs";
  }
}

const operations = Object.entries(data.operations).sort((a, b) => b[1] - a[1]);
element("p", view, operations.map(([name, count]) => `${name} ×${count}`).join(", "));
list(root, view);
// Where there is one scope only, it is what was meant.
const only = view.querySelectorAll(":scope > details");
if (only.length === 1) only[0].open = true;
