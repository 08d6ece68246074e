//===- LogitsFile.h - Logits as a safetensors file --------------*- C++ -*-===//
//
// One tensor "logits" of f32 [positions, vocab], written row by row as they
// come: the header has a fixed size and is filled in at the end.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_LOGITSFILE_H
#define LLMRT_TOOLS_LOGITSFILE_H

#include <cstdint>
#include <cstdio>
#include <string>

namespace llmrt::tools {

class LogitsFile {
public:
  /// Exits if the file cannot be written.
  LogitsFile(const std::string &path, uint32_t vocab);
  ~LogitsFile();
  LogitsFile(const LogitsFile &) = delete;

  void append(const float *rows, size_t count);
  /// Writes the header and closes the file.
  void finish();

private:
  void write(const void *bytes, size_t size);

  std::string path;
  FILE *file;
  uint32_t vocab;
  uint64_t rows = 0;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_LOGITSFILE_H
