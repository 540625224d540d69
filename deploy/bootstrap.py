"""Makes `.venv` ready for a Makefile target with nothing but Python's own library.

    python3 deploy/bootstrap.py requirements-dev.txt

A quick second call changes nothing: what was installed is remembered by a hash
of the requirement files. Whatever stands in the way is said in one sentence
with its mend, and the exit code is 1. Written so that an old Python can still
read it and say that it is too old.
"""

import ctypes
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
# Each level installs what the ones before it install, and more.
LEVELS = ["requirements.txt", "requirements-dev.txt", "requirements-services.txt"]
PANGO = {
    "libgobject-2.0.so.0": "libgobject-2.0.0.dylib",
    "libpango-1.0.so.0": "libpango-1.0.dylib",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0.dylib",
    "libharfbuzz.so.0": "libharfbuzz.0.dylib",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset.0.dylib",
    "libfontconfig.so.1": "libfontconfig.1.dylib",
}
PANGO_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
FONT_FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/opt/homebrew/share/fonts"]


class Problem(Exception):
    """Something that a person has to mend; the message says what and how."""


def say(sentence):
    print(sentence, flush=True)


def newer_python(version=sys.version_info):
    """The path of a Python that is new enough, or None when this one already is."""
    if version[:2] >= OLDEST:
        return None
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise Problem(
        f"Lectern needs Python 3.11 or newer and this is {version[0]}.{version[1]}. "
        "Install it, then name it: make run PYTHON=python3.11"
    )


def check_writable(folder):
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
    except OSError:
        raise Problem(
            f"{folder} cannot be written to, and Lectern keeps its libraries and data there. "
            "Give yourself the right to write, or copy the folder to a place of your own."
        ) from None


def can_install_by_apt():
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_line(packages):
    return "apt-get install --no-install-recommends " + " ".join(packages)


def apt_install(packages):
    """Install as root on Debian; False when that is not possible here."""
    if not can_install_by_apt():
        return False
    say("Installing " + ", ".join(packages) + " …")
    quiet = {"env": dict(os.environ, DEBIAN_FRONTEND="noninteractive"), "stdin": subprocess.DEVNULL, "check": False}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **quiet).returncode == 0:
        return True
    subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, **quiet)
    return subprocess.run(command, stdout=subprocess.DEVNULL, **quiet).returncode == 0


def check_venv_module():
    """Debian ships Python without what `python -m venv` needs."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not apt_install([package]):
        raise Problem(
            f"Python has no venv module here. On Debian and Ubuntu: sudo {apt_line([package])}   "
            "Then run the command again."
        )


def can_load(*names):
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_font(folders=FONT_FOLDERS):
    found = (path for folder in folders for path in pathlib.Path(folder).rglob("*.[to]t[fc]"))
    return next(found, None) is not None


def missing_for_pdf():
    """Names of the libraries and the font that PDFs need and this machine lacks."""
    missing = [linux for linux, mac in PANGO.items() if not can_load(linux, mac)]
    return missing if has_font() else [*missing, "a font"]


def check_pango():
    """PDF reports need Pango, which no Python package brings along."""
    missing = missing_for_pdf()
    if not missing or os.environ.get("WITHOUT_PDF", "0") not in ("", "0"):
        return
    if apt_install(PANGO_PACKAGES) and not missing_for_pdf():
        return
    raise Problem(
        f"PDF reports need Pango, and {', '.join(missing)} is missing. On Debian and Ubuntu: sudo "
        f"{apt_line(PANGO_PACKAGES)}   On Fedora, Arch or Homebrew the package is called pango. "
        "To start without PDF reports: WITHOUT_PDF=1 make run"
    )


def requirement_files(level):
    """The files that decide what ``level`` installs."""
    return [ROOT / "constraints.txt"] + [ROOT / name for name in LEVELS[: LEVELS.index(level) + 1]]


def fingerprint(level):
    digest = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for path in requirement_files(level):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Environment:
    """The virtual environment, what is installed in it, and whether an install broke off."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "bin" / "python"
        # Stands while pip works: found at the start, it means that an install broke off.
        self.unfinished = folder / "install-unfinished"

    def stamp(self, level):
        return self.folder / ("installed-" + level)

    def has(self, level):
        """Whether ``level`` or a wider one is installed from today's requirement files."""
        if self.unfinished.exists() or not self.python.exists():
            return False
        return any(
            self.stamp(wider).exists() and self.stamp(wider).read_text() == fingerprint(wider)
            for wider in LEVELS[LEVELS.index(level) :]
        )

    def make(self):
        if self.unfinished.exists():
            say("The last install did not finish; starting it anew.")
        elif self.python.exists() and subprocess.run([str(self.python), "-c", ""], check=False).returncode == 0:
            return
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(self.folder)], check=False)
        if made.returncode:
            raise Problem(f"{self.folder} could not be made; the lines above say why. Remove it and try again.")

    def install(self, level):
        self.unfinished.touch()
        for stamp in self.folder.glob("installed-*"):
            stamp.unlink()
        # What is imported is compiled then; compiling everything first would only make the first page later.
        pip = [str(self.python), "-m", "pip", "install", "-qq", "--no-compile", "--disable-pip-version-check", "-r"]
        if subprocess.run([*pip, str(ROOT / level)], stdin=subprocess.DEVNULL, check=False).returncode:
            raise Problem(
                "The libraries could not be installed; pip's lines above say why. "
                "Without a connection to a package index, set PIP_INDEX_URL to one you can reach. "
                "Then run the command again."
            )
        self.stamp(level).write_text(fingerprint(level))
        self.unfinished.unlink()


def lock_folder(folder):
    """Two targets started at once install one after the other. The lock goes with this process."""
    import fcntl

    handle = os.open(str(folder), os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def prepare(level):
    other = newer_python()
    if other:
        os.execv(other, [other, *sys.argv])
    check_writable(ROOT)
    check_venv_module()
    check_pango()
    lock_folder(ROOT)
    environment = Environment(ROOT / ".venv")
    if environment.has(level):
        return
    say("Installing Lectern's libraries into .venv (about a minute, once) …")
    environment.make()
    environment.install(level)


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in LEVELS:
        say("Usage: bootstrap.py " + " | ".join(LEVELS))
        return 2
    try:
        prepare(arguments[0])
    except Problem as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next start goes on from here.")
        return 130
    except OSError as error:
        say(
            f"{error.strerror}: {error.filename}. Free some space or mend the folder's rights, "
            "then run the command again."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
