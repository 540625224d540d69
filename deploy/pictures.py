"""`make pictures`: draws every screen of the demo at three widths, light and dark, and fails on what is wrong with it.

    make pictures                       all screens, from a demo site of their own
    make pictures ARGS="lesson admin-"  only screens whose name starts so

Writes var/pictures/<screen>-<width>-<theme>.png and contact-sheet.png. Wrong are
sideways scrolling, a form field that is cut or reaches out of what stands around
it, an error in the console, a request to another host, an unexpected status, and
a violation that axe finds.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "var" / "pictures"
SITE = ROOT / "var" / "pictures-site"
WIDTHS = (320, 768, 1440)
THEMES = ("light", "dark")
HEIGHT = 900
# Longer pages are cut in the picture; they are checked as a whole.
LONGEST = 6000
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--force-color-profile=srgb",
    "--font-render-hinting=none", "--hide-scrollbars",
]  # fmt: skip
# Wagtail's admin has violations of its own in its menus and bars; ours is what stands in `main`.
# Inside `main`, these parts are drawn by Wagtail's scripts alone and are its to mend.
WAGTAIL_OWN = [
    ".Draftail-Editor__wrapper",  # the rich text editor's text box has no accessible name
    ".tippy-box",  # pop-ups of buttons
    ".w-field__comment-button",  # shown on hover, below the contrast asked for
    ".w-panel__controls",  # buttons of a block, named by a title alone
    # A block of one field is named by its panel's heading, which Wagtail does not tie to the input.
    "[data-streamfield-child] > section > .w-panel__content > [data-field-wrapper]",
]
# Wagtail makes each block a region named by its kind, and two blocks may be of one kind.
WAGTAIL_REGION = re.compile(r"#block-[0-9a-f-]+-section|.*data-streamfield.*")

# Fields of forms that stick out of one of the boxes around them, by name. What scrolls sideways has room for them; what is
# as good as invisible is for screen readers alone.
CUT_FIELDS = """() => [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea)")]
  .filter((field) => {
    const box = field.getBoundingClientRect();
    if (box.width < 2 || !field.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    for (let around = field.parentElement; around !== document.body; around = around.parentElement) {
      const { display, overflowX } = getComputedStyle(around);
      if (display.startsWith("inline") || display === "contents") continue;
      const room = around.getBoundingClientRect();
      if (around.matches("main") || !/auto|scroll/.test(overflowX)) {
        if (box.left < room.left - 1 || box.right > room.right + 1) return true;
      } else if (around.scrollWidth > around.clientWidth) return false;
    }
    return false;
  })
  .map((field) => field.name || field.id || field.outerHTML.slice(0, 60))"""


def find_chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    raise SystemExit("Pictures need Chromium. On Debian and Ubuntu: sudo apt-get install chromium")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def demo_site() -> Iterator[str]:
    """The address of a demo site with data of its own, running until the pictures are made."""
    port = free_port()
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "ANALYTICS_DATABASE_URL", "REDIS_URL", "DEMO", "HOST")
    }
    env |= {"LECTERN_VAR": str(SITE), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "cms.settings.dev"}
    # Django in this process reads the same data, to find rows that a screen can show.
    os.environ.clear()
    os.environ.update(env)
    # The demo of an earlier version may lack what today's screens show.
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir(parents=True)
    log = SITE / "up.log"
    with log.open("w") as lines:
        site = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=lines, stderr=lines)
    try:
        until = time.monotonic() + 900
        while "Lectern runs at" not in log.read_text():
            if site.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"The demo site did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(timeout=60)


@dataclass
class Report:
    """What was drawn and what was wrong with it."""

    drawn: list[Path] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, where: str, *what: str) -> None:
        for words in what:
            self.wrong.append(f"{where}: {words}")
            print(f"  {where}: {words}", flush=True)


def sign_in(browser: Any, base: str, email: str, password: str) -> Any:
    """The cookies of a person who signed in as people do: through the form."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.locator("main form [type=submit], form [type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


def violations(page: Any, axe: Any, *, is_admin: bool) -> list[str]:
    context = {"include": [["main"]], "exclude": [[part] for part in WAGTAIL_OWN]} if is_admin else None
    found = axe.run(page, context=context, options={"resultTypes": ["violations"]}).response["violations"]
    told = []
    for rule in found:
        places = [" ".join(map(str, node["target"])) for node in rule["nodes"]]
        if is_admin and rule["id"] == "landmark-unique":
            places = [place for place in places if not WAGTAIL_REGION.fullmatch(place)]
        if places:
            more = f" and {len(places) - 3} more" if len(places) > 3 else ""
            told.append(f"axe {rule['id']} ({rule['impact']}) at {', '.join(places[:3])}{more}")
    return told


def draw(context: Any, base: str, screen: Any, path: str, target: Path, axe: Any) -> list[str]:
    """Draw one screen; what is wrong with it."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))

    def on_console(message: Any) -> None:
        # A page that is meant to be missing reports its own 404.
        if message.type == "error" and not (screen.status >= 400 and "Failed to load resource" in message.text):
            wrong.append(f"console: {message.text}")

    def on_request(route: Any) -> None:
        if route.request.url.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            wrong.append(f"asks another host: {route.request.url}")
            route.abort()

    page.on("console", on_console)
    page.route("**/*", on_request)
    try:
        response = page.goto(base + path, wait_until="load")
        if response.status != screen.status:
            wrong.append(f"status {response.status} instead of {screen.status} at {path}")
        page.wait_for_selector(screen.wait, timeout=15_000)
        for step in screen.steps:
            page.locator(step).first.click()
            page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        # Charts and editors draw after the load; nothing of ours moves for longer.
        page.wait_for_load_state("networkidle")
        if screen.is_admin:
            # Wagtail scrolls what stands in `main`, so a window has to be as tall to show it.
            tall = page.evaluate("document.querySelector('main').scrollHeight")
            page.set_viewport_size({**page.viewport_size, "height": min(max(tall, HEIGHT), LONGEST)})
        scroll, width, height = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.documentElement.clientWidth, document.scrollingElement.scrollHeight]"
        )
        if scroll > width:
            wrong.append(f"scrolls sideways: {scroll} px on {width}")
        if fields := page.evaluate(CUT_FIELDS):
            wrong.append(f"fields are cut or reach out: {', '.join(fields[:5])}")
        wrong += violations(page, axe, is_admin=screen.is_admin)
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, LONGEST)}
        page.screenshot(path=target, full_page=True, clip=clip, animations="disabled")
    except Exception as error:
        wrong.append(str(error).splitlines()[0])
    finally:
        page.close()
    return wrong


def draw_all(browser: Any, base: str, screens: list[tuple[Any, str]], password: str) -> Report:
    from axe_playwright_python.sync_playwright import Axe

    axe, report = Axe(), Report()
    accounts = {screen.account for screen, _path in screens}
    cookies = {email: sign_in(browser, base, email, password) if email else None for email in accounts}
    for theme in THEMES:
        for width in WIDTHS:
            contexts = {
                email: browser.new_context(
                    viewport={"width": width, "height": HEIGHT}, color_scheme=theme, storage_state=cookies[email],
                    reduced_motion="reduce", locale="en-US",
                )
                for email in accounts
            }  # fmt: skip
            for screen, path in screens:
                target = PICTURES / f"{screen.name}-{width}-{theme}.png"
                report.add(target.stem, *draw(contexts[screen.account], base, screen, path, target, axe))
                if target.exists():
                    report.drawn.append(target)
            for context in contexts.values():
                context.close()
            print(f"{theme} at {width} px: {len(screens)} screens", flush=True)
    return report


def contact_sheet(names: list[str], target: Path) -> None:
    """All pictures small on one sheet: a row per screen, a column per width and theme."""
    from PIL import Image, ImageDraw

    columns = [(width, theme) for theme in THEMES for width in WIDTHS]
    cell_width, cell_height, margin, label = 240, 300, 12, 18
    size = (margin + len(columns) * (cell_width + margin), margin + len(names) * (cell_height + label + margin))
    sheet = Image.new("RGB", size, "#808080")
    pen = ImageDraw.Draw(sheet)
    for row, name in enumerate(names):
        top = margin + row * (cell_height + label + margin)
        pen.text((margin, top), name, fill="white")
        for column, (width, theme) in enumerate(columns):
            path = PICTURES / f"{name}-{width}-{theme}.png"
            if not path.exists():
                continue
            with Image.open(path) as picture:
                shown = picture.convert("RGB")
                shown = shown.crop((0, 0, shown.width, min(shown.height, shown.width * cell_height // cell_width)))
                shown.thumbnail((cell_width, cell_height))
                sheet.paste(shown, (margin + column * (cell_width + margin), top + label))
    sheet.save(target)


def find_all(wanted: list[str], report_to: list[str]) -> list[tuple[Any, str]]:
    """Screens and their addresses. Asked of Django before the browser starts, whose loop keeps the ORM out."""
    import django

    django.setup()
    from deploy.screens import SCREENS

    found = []
    for screen in SCREENS:
        if wanted and not screen.name.startswith(tuple(wanted)):
            continue
        try:
            found.append((screen, screen.find()))
        except Exception as error:
            report_to.append(f"{screen.name}: has no address: {error}")
            print(f"  {report_to[-1]}", flush=True)
    return found


def main(wanted: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    PICTURES.mkdir(parents=True, exist_ok=True)
    if not wanted:
        for old in PICTURES.glob("*.png"):
            old.unlink()
    print("Starting a demo site for the pictures …", flush=True)
    with demo_site() as base:
        lost: list[str] = []
        screens = find_all(wanted, lost)
        if wanted and not screens and not lost:
            raise SystemExit(f"No screen's name starts with {' or '.join(wanted)}; deploy/screens.py lists them.")
        from cms.demo_accounts import PASSWORD

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            report = draw_all(browser, base, screens, PASSWORD)
            browser.close()
    contact_sheet([screen.name for screen, _path in screens], PICTURES / "contact-sheet.png")
    wrong = lost + report.wrong
    print(f"{len(report.drawn)} pictures in {PICTURES}, {len(wrong)} things wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
