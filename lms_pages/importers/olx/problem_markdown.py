"""Problems kept only in the simple editor's Markdown, turned into the XML that the other editor writes."""

import re
from html import escape

from lms_pages.importers.markdown import as_blocks, inline

SEPARATOR = re.compile(r"^\s*---+\s*$", re.MULTILINE)
QUESTION = re.compile(r">>(.*?)<<", re.DOTALL)
EXPLANATION = re.compile(r"\[explanation\](.*?)(?:\[/?explanation\]|\Z)", re.IGNORECASE | re.DOTALL)
DEMAND_HINT = re.compile(r"^\s*\|\|(.*?)\|\|\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"\[code\]\n?(.*?)\[/?code\]", re.IGNORECASE | re.DOTALL)
HEADING = re.compile(r"^(.+)\n={3,}[ \t]*$", re.MULTILINE)
SINGLE = re.compile(r"^\s*\((\s{0,3}|x|!|@|x[!@]|[!@]x)\)\s*(.*)$", re.IGNORECASE)
SEVERAL = re.compile(r"^\s*\[(\s{0,3}|x)\]\s*(.*)$", re.IGNORECASE)
DROPDOWN = re.compile(r"^\s*\[\[(.+?)\]\]\s*$", re.DOTALL | re.MULTILINE)
ANSWER = re.compile(r"^\s*=\s*(.+?)\s*$")
OR_ANSWER = re.compile(r"^\s*or\s*=\s*(.+?)\s*$", re.IGNORECASE)
NOT_ANSWER = re.compile(r"^\s*not\s*=\s*(.+?)\s*$", re.IGNORECASE)
MADE_ALREADY = re.compile(
    r"(<pre>.*?</pre>|<optionresponse>.*?</optionresponse>|<label>.*?</label>(?:<description>.*?</description>)?)",
    re.DOTALL,
)
FEEDBACK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
LABELED = re.compile(r"^\s*[A-Za-z][\w .-]*::\s*")
# {{ selected: Good. }, { unselected: Look again. }}
CHECKED = re.compile(
    r"(?:^|[{,])\s*(un)?selected\s*:\s*(.*?)\s*(?=\}|,\s*\{?\s*(?:un)?selected\s*:|$)", re.IGNORECASE | re.DOTALL
)
# {{ ((A B)) Both are right. }}
COMPOUND = re.compile(r"^\s*\{\{\s*\(\(.*?\}\}\s*$", re.MULTILINE | re.DOTALL)
NUMERIC = re.compile(r"^[-+.\d][\w.^*/+\- ]*%?$|^[\[(].*[,;].*[\])]$")


def problem_xml(markdown: str) -> str:
    """The whole problem; parts between lines of dashes are questions of their own."""
    text = markdown.replace("\r\n", "\n")
    hints = DEMAND_HINT.findall(text)
    text = DEMAND_HINT.sub("", text)
    body = "".join(part_xml(part) for part in SEPARATOR.split(text))
    if hints:
        body += "<demandhint>" + "".join(f"<hint>{xml_inline(h.strip())}</hint>" for h in hints) + "</demandhint>"
    return f"<problem>{body}</problem>"


def part_xml(text: str) -> str:
    solutions = EXPLANATION.findall(text)
    text = EXPLANATION.sub("", text)
    text, combined = COMPOUND.subn("", text)
    text = CODE.sub(lambda match: f"\n\n<pre><code>{escape(match[1])}</code></pre>\n\n", text)
    text = HEADING.sub(r"\n#### \1\n", text)
    text = QUESTION.sub(label, text)
    out: list[str] = []
    prose: list[str] = []
    lines = DROPDOWN.sub(dropdown, text).split("\n")
    position = 0
    while position < len(lines):
        taken, xml = response(lines, position)
        if taken:
            out.append(flushed(prose))
            out.append(xml)
            position += taken
        else:
            prose.append(lines[position])
            position += 1
    out.append(flushed(prose))
    out += [f"<solution>{xml_blocks(solution.strip())}</solution>" for solution in solutions]
    xml = "".join(out)
    return xml.replace("</checkboxgroup>", "<compoundhint/></checkboxgroup>", 1) if combined else xml


def label(match: re.Match[str]) -> str:
    question, _bars, description = match[1].partition("||")
    note = f"<description>{xml_inline(description.strip())}</description>" if description.strip() else ""
    return f"\n\n<label>{xml_inline(' '.join(question.split()))}</label>{note}\n\n"


def flushed(prose: list[str]) -> str:
    text = "\n".join(prose)
    prose.clear()
    return "".join(piece if number % 2 else xml_blocks(piece) for number, piece in enumerate(MADE_ALREADY.split(text)))


def xml_inline(text: str) -> str:
    return as_xml(inline(text))


def xml_blocks(text: str) -> str:
    return as_xml(as_blocks(text))


def as_xml(html: str) -> str:
    return html.replace("<br>", "<br/>")


def feedback_of(text: str) -> tuple[str, str]:
    """The words of an option, and what stands in its braces."""
    found = FEEDBACK.search(text)
    return FEEDBACK.sub("", text).strip(), LABELED.sub("", found[1]).strip() if found else ""


def block(lines: list[str], position: int, pattern: re.Pattern[str]) -> tuple[list[re.Match[str]], int]:
    """The lines from ``position`` that match, empty ones between them allowed, and how many lines that takes."""
    found, taken = [], 0
    for number, line in enumerate(lines[position:], 1):
        if match := pattern.match(line):
            found.append(match)
            taken = number
        elif line.strip() or not found:
            break
    return found, taken


def response(lines: list[str], position: int) -> tuple[int, str]:
    """How many lines the response at ``position`` takes, and its XML; 0 where there is none."""
    for pattern, made in ((SINGLE, single), (SEVERAL, several)):
        choices, taken = block(lines, position, pattern)
        if choices:
            return taken, made(choices)
    if ANSWER.match(lines[position]):
        return typed(lines, position)
    return 0, ""


def single(choices: list[re.Match[str]]) -> str:
    xml = []
    for match in choices:
        text, hint = feedback_of(match[2])
        right = "x" in match[1].lower()
        xml.append(choice(text, right, f"<choicehint>{xml_inline(hint)}</choicehint>" if hint else ""))
    shuffle = ' shuffle="true"' if any("!" in match[1] for match in choices) else ""
    return f"<multiplechoiceresponse><choicegroup{shuffle}>{''.join(xml)}</choicegroup></multiplechoiceresponse>"


def several(choices: list[re.Match[str]]) -> str:
    xml = []
    for match in choices:
        text, hint = feedback_of(match[2])
        hints = ""
        for not_chosen, words in CHECKED.findall(hint):
            hints += f'<choicehint selected="{"false" if not_chosen else "true"}">{xml_inline(words)}</choicehint>'
        if hint and not hints:
            hints = f"<choicehint>{xml_inline(hint)}</choicehint>"
        xml.append(choice(text, match[1].lower() == "x", hints))
    return f"<choiceresponse><checkboxgroup>{''.join(xml)}</checkboxgroup></choiceresponse>"


def choice(text: str, right: bool, hints: str) -> str:
    return f'<choice correct="{str(right).lower()}">{xml_inline(text)}{hints}</choice>'


def dropdown(match: re.Match[str]) -> str:
    lines = [line for line in match[1].split("\n") if line.strip()]
    entries = lines if len(lines) > 1 else match[1].split(",")
    xml = []
    for entry in entries:
        text, hint = feedback_of(entry.strip().rstrip(","))
        right = text.startswith("(") and text.endswith(")")
        hints = f"<optionhint>{xml_inline(hint)}</optionhint>" if hint else ""
        words = text[1:-1].strip() if right else text
        xml.append(f'<option correct="{right!s}">{xml_inline(words)}{hints}</option>')
    # One line, so that the paragraphs around it stay whole.
    return f"\n\n<optionresponse><optioninput>{''.join(xml)}</optioninput></optionresponse>\n\n"


def typed(lines: list[str], position: int) -> tuple[int, str]:
    answers, wrong, taken = [], 0, 0
    for line in lines[position:]:
        match = ANSWER.match(line) if not taken else OR_ANSWER.match(line)
        if match:
            answers.append(feedback_of(match[1]))
        elif taken and NOT_ANSWER.match(line):
            wrong += 1
        else:
            break
        taken += 1
    first, hint = answers[0]
    value, _sign, tolerance = (part.strip() for part in first.partition("+-"))
    right = f"<correcthint>{xml_inline(hint)}</correcthint>" if hint else ""
    if NUMERIC.match(value):
        parameter = f'<responseparam type="tolerance" default="{escape(tolerance)}"/>' if tolerance else ""
        more = "".join(
            f'<additional_answer answer="{escape(text)}"><correcthint>{xml_inline(said)}</correcthint></additional_answer>'
            for text, said in answers[1:]
        )
        return taken, (
            f'<numericalresponse answer="{escape(value)}">{parameter}{more}{right}'
            "<formulaequationinput/></numericalresponse>"
        )
    kind, first = ("ci regexp", first[1:].strip()) if first.startswith("|") else ("ci", first)
    more = "".join(f'<additional_answer answer="{escape(text)}"/>' for text, _hint in answers[1:])
    unlike = '<stringequalhint answer=""/>' * bool(wrong)
    return taken, (
        f'<stringresponse answer="{escape(first)}" type="{kind}">{more}{right}{unlike}<textline/></stringresponse>'
    )
