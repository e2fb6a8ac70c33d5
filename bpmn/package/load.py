"""Read a package from a folder."""

from __future__ import annotations

from pathlib import Path

from bpmn.package.manifest import rejected
from bpmn.package.package import LARGEST_FILE, ProcessPackage


def load_package(path: str | Path) -> ProcessPackage:
    """Read the package in a folder. Hidden files are passed over; sub-folders and links are refused.

    Raises PackageRejected or another kind of InvalidFile.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise rejected(
            "there is no such folder", "没有这样的文件夹", "Name the folder of a package", "请给出流程包所在的文件夹", str(path)
        )
    return ProcessPackage.from_files(
        {entry.name: _bytes(entry) for entry in sorted(folder.iterdir()) if not entry.name.startswith((".", "__"))}
    )


def _bytes(entry: Path) -> bytes:
    if entry.is_symlink() or not entry.is_file():
        raise rejected(
            "a package holds plain files only",
            "流程包只能包含普通文件",
            "Remove links and folders",
            "请移除链接与文件夹",
            entry.name,
        )
    with entry.open("rb") as opened:
        return opened.read(LARGEST_FILE + 1)
