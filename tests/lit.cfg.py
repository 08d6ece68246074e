# ===- lit.cfg.py - How lit runs the tests ---------------------------------=== #
#
# The build writes lit.site.cfg.py, which says where its programs are and then
# loads this file: `lit build/release/tests` runs everything, and
# `lit build/release/tests/passes/model` one folder of it.
#
# Tests name programs plainly (llm-opt, FileCheck, not, split-file). Beside lit's
# own %s, %t, %S there are:
#   %python            Python with numpy, gguf, safetensors
#   %cc %cxx %cmake %llvm_include   as the build used them
#   %root %build       the repository and the build; %bin %lib in the latter
#   %smollm2_gguf %smollm2_f32   the real model (REQUIRES: smollm2)
#
# Features: cpu-<flag of /proc/cpuinfo, _ as ->, and cpu-avx512, cpu-amx for the
# groups that code is generated for; llm-opt, llm-compile where built; smollm2.
#
# ===------------------------------------------------------------------------=== #

import os
import re

import lit.formats

config.name = "llm"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "__pycache__"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(config.llm_binary_dir, "tests")

programs = os.path.join(config.llm_binary_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    [programs, config.llvm_tools_dir, os.environ.get("PATH", "")])
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"

smollm2 = os.path.join(config.llm_source_dir, ".cache", "smollm2", "SmolLM2-135M-Instruct")
config.substitutions += [
    ("%python", config.llm_python),
    ("%root", config.llm_source_dir),
    ("%bin", programs),
    ("%lib", os.path.join(config.llm_binary_dir, "lib")),
    ("%cc", config.llm_cc),
    ("%cxx", config.llm_cxx),
    ("%cmake", config.llm_cmake),
    ("%build", config.llm_binary_dir),
    ("%llvm_include", config.llvm_include_dir),
    ("%smollm2_gguf", smollm2 + ".Q4_1.gguf"),
    ("%smollm2_f32", smollm2 + "-f32"),
]

for tool in ("llm-opt", "llm-compile", "llm-run"):
    if os.access(os.path.join(programs, tool), os.X_OK):
        config.available_features.add(tool)
if os.path.exists(smollm2 + ".Q4_1.gguf") and os.path.isdir(smollm2 + "-f32"):
    config.available_features.add("smollm2")

with open("/proc/cpuinfo") as file:
    found = re.search(r"^flags\s*:(.*)$", file.read(), re.MULTILINE)
flags = set(found.group(1).split()) if found else set()
config.available_features |= {"cpu-" + flag.replace("_", "-") for flag in flags}
groups = {
    "cpu-avx512": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "cpu-amx": {"amx_tile", "amx_int8", "amx_bf16"},
}
for feature, needed in groups.items():
    if needed <= flags:
        config.available_features.add(feature)
