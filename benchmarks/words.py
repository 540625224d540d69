"""Text to fill pages with, the same every time."""

SENTENCES = (
    "A table keeps one kind of thing, one row for each, and a column for whatever is known of all of them.",
    "Before you ask a question of the data, say in one sentence what a row of the answer stands for.",
    "Two people who count the same orders should come to the same number, and write down why when they do not.",
    "Filters come first, since what was left out early can no longer be counted twice by mistake later.",
    "A missing value is an answer too: nobody was asked, nobody knew, or it was lost on the way.",
    "Names that say what they hold spare the next reader the search for the person who chose them.",
)


def rich_text(words: int = 270) -> str:
    """Paragraphs of six sentences with a heading and a list, until there are so many words."""
    parts, count, number = [], 0, 0
    while count < words:
        some = [SENTENCES[(number + place) % len(SENTENCES)] for place in range(3)]
        if number % 3 == 1:
            parts.append(f"<h3>Step {number}</h3><ul>{''.join(f'<li>{one}</li>' for one in some)}</ul>")
        else:
            parts.append(f"<p>{some[0]} <b>{some[1]}</b> {some[2]}</p>")
        count += sum(len(one.split()) for one in some)
        number += 1
    return "".join(parts)
