"""Read a package from a zip file that somebody sent: plain names only, and never more bytes than a package may have."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from bpmn.package.manifest import rejected
from bpmn.package.package import LARGEST_FILE, LARGEST_PACKAGE, MOST_FILES, ProcessPackage, check_name


def read_zip(data: bytes) -> ProcessPackage:
    """The package in a zip file whose files stand at its top, without folders.

    Raises PackageRejected or another kind of InvalidFile.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = _files(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError) as error:
        # what the zip reader raises for damaged, encrypted and unusually packed files
        raise rejected(
            f"the zip file cannot be read ({error})",
            "无法读取该 zip 文件",
            "Pack the files of the package anew, without a password",
            "请重新打包流程包的文件，且不要设置密码",
            "",
        ) from error
    return ProcessPackage.from_files(files)


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES or len({entry.filename for entry in entries}) < len(entries):
        raise rejected(
            f"the zip file holds more than {MOST_FILES} files, or one twice",
            f"zip 文件包含超过 {MOST_FILES} 个文件或重复的文件",
            "Pack only the files of one package",
            "请只打包一个流程包的文件",
            "",
        )
    files: dict[str, bytes] = {}
    left = LARGEST_PACKAGE
    for entry in entries:
        check_name(entry.filename)
        files[entry.filename] = _content(archive, entry, left)
        left -= len(files[entry.filename])
    return files


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """A file's bytes. What the zip says about its size isn't believed: no more is unpacked than may be."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # of other kinds the reader unpacks whole blocks, however little is asked for
        raise zipfile.BadZipFile(f"{entry.filename} is neither stored nor deflated")
    limit = min(LARGEST_FILE, left)
    with archive.open(entry) as opened:
        content = opened.read(limit + 1)
    if len(content) > limit:
        raise rejected(
            "larger than 5 MB, or the whole is larger than 20 MB",
            "超过 5 MB，或整个流程包超过 20 MB",
            "Remove what the process does not need",
            "请移除流程不需要的文件",
            entry.filename,
        )
    return content
