"""Builds libemamba with make and puts it into the package; everything else stands in pyproject.toml."""

import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

LIBRARY = "build/libemamba.so"


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        subprocess.run(["make", "-s", LIBRARY], check=True)
        if not self.editable_mode:  # an editable package finds the checkout's
            shutil.copyfile(Path(LIBRARY).resolve(), Path(self.build_lib) / "emamba" / "libemamba.so")


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True  # wheels are of one platform


setup(cmdclass={"build_py": BuildWithLibrary}, distclass=WithLibrary)
