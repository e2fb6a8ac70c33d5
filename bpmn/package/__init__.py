"""Process packages: a diagram, its tables, forms, texts and manifest, hashed as one."""

from bpmn.package.editing import texts_file, with_changes
from bpmn.package.load import load_package
from bpmn.package.manifest import Change, Manifest, Role
from bpmn.package.package import ProcessPackage
from bpmn.package.translation import diagram_in, untranslated
from bpmn.package.zipped import read_zip

__all__ = [
    "Change",
    "Manifest",
    "ProcessPackage",
    "Role",
    "diagram_in",
    "load_package",
    "read_zip",
    "texts_file",
    "untranslated",
    "with_changes",
]
