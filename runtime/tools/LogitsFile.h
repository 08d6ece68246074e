//===- LogitsFile.h - Logits as a safetensors file -------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_LOGITSFILE_H
#define LLMRT_TOOLS_LOGITSFILE_H

#include <cstdint>
#include <string>
#include <vector>

namespace llmrt::tools {

/// Writes `logits`, rows of `vocabulary` floats, as the f32 tensor "logits" of
/// shape [rows, vocabulary]. Throws Failure if the file cannot be written.
void writeLogits(const std::string &path, const std::vector<float> &logits,
                 uint64_t vocabulary);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_LOGITSFILE_H
