# SPDX-License-Identifier: Apache-2.0
"""What the rule tests share: the project's files, and a report of faults."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def library(*suffixes):
    """The files of lib/storey/module/, and of what lies deeper, of these
    kinds."""
    return [path for path in files() if path.suffix in suffixes
            and len(path.relative_to(ROOT).parts) > 3
            and path.relative_to(ROOT).parts[0] == "lib"]


def files(*patterns):
    """The project's files: those that git knows or would take in; in a tree
    without git, all but build folders and hidden ones."""
    listing = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True)
    if listing.returncode == 0:
        paths = [ROOT / line for line in listing.stdout.splitlines()]
    else:
        paths = [path for path in ROOT.rglob("*") if not re.match(
            r"(build|out|\.)", str(path.relative_to(ROOT)))]
    paths = sorted({path for path in paths if path.is_file()})
    if not patterns:
        return paths
    return [path for path in paths
            if any(path.relative_to(ROOT).match(p) for p in patterns)]


def name(path):
    return str(path.relative_to(ROOT))


def abi_version():
    """The binary interface's version, as CMakeLists.txt has it: major.minor
    before 1.0, else major."""
    text = (ROOT / "include" / "syngan" / "base.h").read_text()
    major, minor = (re.search(rf"define SYNGAN_VERSION_{part} (\d+)",
                              text).group(1) for part in ("MAJOR", "MINOR"))
    return f"0.{minor}" if major == "0" else major


def public_headers():
    return sorted((ROOT / "include" / "syngan").glob("*.h"))


def without_comments(text):
    """C without comments, each replaced by as many line ends as it had."""
    def blank(match):
        if match.group().startswith("/"):
            return " " + "\n" * match.group().count("\n")
        return match.group()
    return re.sub(r'"(\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', blank, text,
                  flags=re.S)


def code(header):
    """A header without comments and directives, its lines where they were."""
    return re.sub(r"^#(.*\\\n)*.*$",
                  lambda match: "\n" * match.group().count("\n"),
                  without_comments(header.read_text()), flags=re.M)


def declarations(header):
    """Public functions of a header: [(name, line of SYNGAN_API)]."""
    text = code(header)
    return [(match.group(1), text.count("\n", 0, match.start()) + 1)
            for match in re.finditer(
                r"\bSYNGAN_API\b[^;(]*?\b(syngan_\w+)\s*\(", text)]


def declaration_texts(header):
    return re.findall(r"\bSYNGAN_API\b[^;]*;", code(header))


def report(faults, rule):
    """Ends the test: prints each fault and says what the rule is."""
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} against the rule: {rule}")
    sys.exit(1 if faults else 0)
