"""The child process of `verify_compiles`: XML on standard input, process id as argument, verdict on standard output."""

import json
import resource
import sys

from engine.spiff.compiling import compile_process
from engine.spiff.errors import CompileRefused

MEMORY_BYTES = 2 * 1024**3


def verdict(xml: bytes, process_id: str) -> dict[str, str | None]:
    """`{"refused": None}` or `{"refused": why}`."""
    try:
        compile_process(xml, process_id)
    except CompileRefused as refusal:
        return {"refused": str(refusal)}
    return {"refused": None}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    json.dump(verdict(sys.stdin.buffer.read(), sys.argv[1]), sys.stdout)
