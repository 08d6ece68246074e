//===- FileBytes.h - All bytes of a file ------------------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_VALUES_FILEBYTES_H
#define LLMRT_TOOLS_VALUES_FILEBYTES_H

#include <fmt/core.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace llmrt::tools {

/// Reads a regular file whole; false, with the sentence in `error`, if that
/// cannot be done.
inline bool readFile(const std::string &path, std::vector<uint8_t> &bytes,
                     std::string &error) {
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) {
    error = fmt::format("{}: {}", path, strerror(errno));
    return false;
  }
  if (!S_ISREG(facts.st_mode)) {
    error = fmt::format("{}: not a regular file", path);
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  bytes.resize(size_t(facts.st_size));
  file.read(reinterpret_cast<char *>(bytes.data()), facts.st_size);
  if (file)
    return true;
  error = fmt::format("{}: cannot be read", path);
  return false;
}

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_FILEBYTES_H
