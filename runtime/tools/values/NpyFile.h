//===- NpyFile.h - Tensors as NumPy keeps them ------------------*- C++ -*-===//
//
// Format versions 1 to 3, either order of dimensions and of bytes. Strings are
// NumPy's U type. Types that NumPy lacks are their bits in uint16 or uint8.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_NPYFILE_H
#define LLMRT_TOOLS_VALUES_NPYFILE_H

#include "runtime/tools/values/Value.h"

namespace llmrt::tools {

/// Reads a tensor of elements of `type`. False, with the sentence in `error`,
/// if the file is none, or one of other elements.
bool readNpy(const std::string &path, llmrt_element_type type, Value &value,
             std::string &error);

/// The same from a file's bytes; `path` is for the sentence.
bool parseNpy(const std::string &path, const std::vector<uint8_t> &bytes,
              llmrt_element_type type, Value &value, std::string &error);

/// Writes a tensor.
bool writeNpy(const std::string &path, const llmrt_value &tensor,
              std::string &error);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_NPYFILE_H
