// Text pasted from a word processor: headings, lists and tables stay, styles go.
//
// Draftail keeps bold, lists and links by itself. What it loses: headings above the levels a text may
// have, and tables. Google Docs wraps everything in one <b> that is not bold, which it takes at its word.

const HANDLED = new WeakSet();
const TOP_LEVEL = 3;
const LOWEST_LEVEL = 4;
const READY_WITHIN = 3000;

/** The copied part of a clipboard's HTML, as a document fragment's body. */
function copiedBody(html) {
  const between = html.match(/<!--StartFragment-->([\s\S]*?)<!--EndFragment-->/i);
  return new DOMParser().parseFromString(between ? between[1] : html, "text/html").body;
}

function unwrap(element) {
  element.replaceWith(...element.childNodes);
}

function rename(element, name) {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}

/** Headings move down to the levels a text has; their order among each other stays. */
function fitHeadings(body) {
  body.querySelectorAll("p.MsoTitle, p.title").forEach((title) => rename(title, "h1"));
  const headings = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const levels = headings.map((heading) => Number(heading.tagName[1]));
  const shift = Math.max(0, TOP_LEVEL - Math.min(...levels));
  headings.forEach((heading, index) => rename(heading, `h${Math.min(levels[index] + shift, LOWEST_LEVEL)}`));
}

function withoutStyles(body) {
  body.querySelectorAll("style, meta, link, script, colgroup, xml").forEach((element) => element.remove());
  body.querySelectorAll("b, strong").forEach((element) => {
    if (/font-weight:\s*(normal|400)/i.test(element.getAttribute("style") || "")) unwrap(element);
  });
}

function cellText(cell) {
  return cell.textContent.replace(/\s+/g, " ").trim();
}

/** Rows of equal length; a cell that spans columns is followed by empty ones. */
function rowsOf(table) {
  const rows = [...table.rows].map((row) =>
    [...row.cells].flatMap((cell) => [cellText(cell), ...Array(Math.max(0, (cell.colSpan || 1) - 1)).fill("")]),
  );
  const width = Math.max(0, ...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
}

/** What was pasted, in order: pieces of HTML, and tables as rows. */
function piecesOf(html) {
  const body = copiedBody(html);
  withoutStyles(body);
  fitHeadings(body);
  const tables = [];
  body.querySelectorAll("table").forEach((table) => {
    if (!body.contains(table)) return;
    const rows = rowsOf(table);
    if (rows.length < 2 && (rows[0] || []).length < 2) {
      // One cell is a frame around text, not a table.
      const cell = table.querySelector("td, th");
      table.replaceWith(...(cell ? cell.childNodes : []));
      return;
    }
    const mark = body.ownerDocument.createElement("hr");
    mark.dataset.table = tables.push(rows) - 1;
    table.replaceWith(mark);
  });
  const parts = body.innerHTML.split(/<hr data-table="(\d+)">/);
  return parts
    .map((part, index) => (index % 2 ? { rows: tables[Number(part)] } : { html: part.trim() }))
    .filter((piece) => piece.rows || copiedBody(piece.html).textContent.trim());
}

function escaped(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
}

function asLines(rows) {
  return rows.map((row) => `<p>${escaped(row.filter(Boolean).join(" | "))}</p>`).join("");
}

/** The stream an editor is a direct child of, if tables can stand beside it. */
function placeInStream(editor) {
  let element = editor;
  while (element && !element.rootBlock) element = element.parentElement;
  const stream = element?.rootBlock;
  const children = stream?.children;
  if (!Array.isArray(children) || !stream.blockDef?.childBlockDefsByName?.table) return null;
  const index = children.findIndex((child) => child.type === "text" && child.element?.contains(editor));
  return index < 0 ? null : { stream, index };
}

function pasteInto(editor, html) {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", copiedBody(html).textContent);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  HANDLED.add(event);
  editor.focus();
  editor.dispatchEvent(event);
}

/** The editor of a block that was just added: it appears a moment later. */
async function editorOf(child) {
  const patience = performance.now() + READY_WITHIN;
  while (performance.now() < patience) {
    const editor = child.element?.querySelector(".public-DraftEditor-content");
    if (editor) return editor;
    await new Promise(requestAnimationFrame);
  }
  return null;
}

function tableValue(rows) {
  return {
    data: rows,
    cell: [],
    mergeCells: [],
    first_row_is_table_header: true,
    first_col_is_header: false,
    table_header_choice: "row",
    table_caption: "",
  };
}

async function pasteBesideTables(editor, place, pieces) {
  const { stream, index } = place;
  let next = index + 1;
  for (const [number, piece] of pieces.entries()) {
    if (piece.rows) {
      stream.insert({ type: "table", value: tableValue(piece.rows) }, next, { animate: false });
      next += 1;
    } else if (number === 0) {
      pasteInto(editor, piece.html);
    } else {
      const text = stream.insert({ type: "text", value: stream.blockDef.initialChildStates.text }, next, { animate: false });
      next += 1;
      const added = await editorOf(text || stream.children[next - 1]);
      if (added) pasteInto(added, piece.html);
    }
  }
}

function onPaste(event) {
  if (HANDLED.has(event)) return;
  const editor = event.target instanceof Element ? event.target.closest(".public-DraftEditor-content") : null;
  const html = event.clipboardData?.getData("text/html");
  // What was copied in an editor of this admin carries its own exact form.
  if (!editor || !html || html.includes("data-draftjs-conductor-fragment")) return;
  const pieces = piecesOf(html);
  if (!pieces.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const place = pieces.some((piece) => piece.rows) ? placeInStream(editor) : null;
  if (place) {
    pasteBesideTables(editor, place, pieces);
  } else {
    pasteInto(editor, pieces.map((piece) => (piece.rows ? asLines(piece.rows) : piece.html)).join(""));
  }
}

window.addEventListener("paste", onPaste, true);
