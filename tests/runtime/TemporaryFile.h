//===- TemporaryFile.h - A path that is gone afterwards ---------*- C++ -*-===//

#ifndef LLM_TESTS_RUNTIME_TEMPORARYFILE_H
#define LLM_TESTS_RUNTIME_TEMPORARYFILE_H

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace llmrt {

class TemporaryFile {
public:
  explicit TemporaryFile(const char *suffix) {
    const char *folder = getenv("TMPDIR");
    name = std::string(folder ? folder : P_tmpdir) + "/llmrt-XXXXXX" + suffix;
    close(mkstemps(name.data(), int(std::string(suffix).size())));
  }
  TemporaryFile(const TemporaryFile &) = delete;
  ~TemporaryFile() { unlink(name.c_str()); }

  const char *path() const { return name.c_str(); }

private:
  std::string name;
};

} // namespace llmrt

#endif // LLM_TESTS_RUNTIME_TEMPORARYFILE_H
