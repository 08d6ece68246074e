//===- LogitsFile.cpp - Logits as a safetensors file ----------------------===//

#include "runtime/tools/LogitsFile.h"

#include "runtime/tools/Handles.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

using namespace llmrt::tools;

/// Of the JSON: enough for any shape, padded with spaces.
static constexpr uint64_t kHeaderBytes = 248;

LogitsFile::LogitsFile(const std::string &path, uint32_t vocab)
    : path(path), file(fopen(path.c_str(), "wb")), vocab(vocab) {
  if (!file)
    exitWith(fmt::format("{}: {}", path, strerror(errno)));
  std::string room(sizeof(kHeaderBytes) + kHeaderBytes, ' ');
  write(room.data(), room.size());
}

LogitsFile::~LogitsFile() {
  if (file)
    fclose(file);
}

void LogitsFile::write(const void *bytes, size_t size) {
  if (fwrite(bytes, 1, size, file) != size)
    exitWith(fmt::format("{}: {}", path, strerror(errno)));
}

void LogitsFile::append(const float *values, size_t count) {
  write(values, count * vocab * sizeof(float));
  rows += count;
}

void LogitsFile::finish() {
  std::string header =
      fmt::format("{{\"logits\":{{\"dtype\":\"F32\",\"shape\":[{},{}],"
                  "\"data_offsets\":[0,{}]}}}}",
                  rows, vocab, rows * vocab * sizeof(float));
  header.resize(kHeaderBytes, ' ');
  rewind(file);
  write(&kHeaderBytes, sizeof(kHeaderBytes));
  write(header.data(), header.size());
  FILE *closing = file;
  file = nullptr;
  if (fclose(closing) != 0)
    exitWith(fmt::format("{}: {}", path, strerror(errno)));
}
