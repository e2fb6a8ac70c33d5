"""PEP 517 and 660 build backend: setuptools, with the browser assets built before every wheel and editable install."""

import shutil

import frontend_build
from setuptools import build_meta as _setuptools
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def get_requires_for_build_wheel(config_settings=None):
    return _setuptools.get_requires_for_build_wheel(config_settings) + frontend_build.build_requires()


def get_requires_for_build_editable(config_settings=None):
    return _setuptools.get_requires_for_build_editable(config_settings) + frontend_build.build_requires()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    frontend_build.ensure()
    # setuptools never cleans build/lib: old hashed bundles would pile up in the wheel
    shutil.rmtree(frontend_build.ROOT / "build" / "lib" / "webui" / "static", ignore_errors=True)
    return _setuptools.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    frontend_build.ensure()
    return _setuptools.build_editable(wheel_directory, config_settings, metadata_directory)
