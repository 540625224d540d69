"""Forms as a browser without scripts fills them in: what a page's form would send, and one more submit button."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of the form with this id, with the values they have, and the values of its buttons."""

    def __init__(self, html: str, form_id: str):
        super().__init__()
        self.form_id, self.is_inside = form_id, False
        self.values: dict[str, list[str]] = {}
        self.options: dict[str, dict[str, str]] = {}
        self.buttons: dict[str, str] = {}
        self.focused = ""
        self._select, self._option, self._area = "", None, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.is_inside = found.get("id") == self.form_id
        if not self.is_inside:
            return
        name = found.get("name", "")
        if "autofocus" in found:
            self.focused = found["id"]
        if tag == "input" and name:
            kind = found.get("type", "text")
            if kind == "checkbox":
                self.options.setdefault(name, {})[found["value"]] = ""
            if kind != "checkbox" or "checked" in found:
                self.values.setdefault(name, []).append(found.get("value", ""))
        elif tag == "button":
            self.buttons[found.get("value", "")] = found.get("id", "")
        elif tag == "select":
            self._select = name
            self.options[name] = {}
        elif tag == "option":
            value = found.get("value", "")
            self._option = value
            self.options[self._select][value] = ""
            # Without a chosen one a browser sends the first.
            if "selected" in found or self._select not in self.values:
                self.values[self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self.values[name] = [""]

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_inside = False
        elif tag == "option":
            self._option = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data):
        if self._option is not None and self._select in self.options:
            self.options[self._select][self._option] += data
        if self._area:
            self.values[self._area][-1] += data

    def fill(self, name: str, *values: str) -> None:
        """Say something in a field that is there; of a choice, only what it offers."""
        assert name in self.values or name in self.options, f"{name} is not on the page: {sorted(self.values)}"
        if name in self.options:
            assert set(values) <= set(self.options[name]), f"{values} are not among {list(self.options[name])}"
        self.values[name] = list(values)

    def sent(self, do: str) -> dict[str, list[str]]:
        assert do in self.buttons, f"no button says {do}: {sorted(self.buttons)}"
        return {**{name: values for name, values in self.values.items() if values}, "do": [do]}
