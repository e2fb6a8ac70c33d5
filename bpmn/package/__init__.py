"""Process packages: a diagram, its tables, forms, texts and manifest, hashed as one."""

from bpmn.package.load import load_package
from bpmn.package.manifest import Change, Manifest, Role
from bpmn.package.package import ProcessPackage

__all__ = ["Change", "Manifest", "ProcessPackage", "Role", "load_package"]
