//===- TempFolder.h - A folder for one test
//--------------------------------===//
//
// Files that a test writes, removed with it.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FRONTENDS_TEMPFOLDER_H
#define LLM_TESTS_FRONTENDS_TEMPFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace llm {

class TempFolder {
public:
  TempFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "llm-test-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TempFolder(const TempFolder &) = delete;
  TempFolder &operator=(const TempFolder &) = delete;

  /// Returns the file's path.
  std::string write(const std::string &name, std::string_view bytes) const {
    std::string file = path + "/" + name;
    std::ofstream(file, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
  }
  void remove(const std::string &name) const {
    std::filesystem::remove(path + "/" + name);
  }

  std::string path;
};

} // namespace llm

#endif // LLM_TESTS_FRONTENDS_TEMPFOLDER_H
