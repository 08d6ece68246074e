//===- OutputFile.h - A file that appears whole or not at all
//--------------===//
//
// Built under a temporary name beside its destination. Bytes go in by pwrite
// rather than through a mapping: a full disk is then an error with a name, not
// SIGBUS, and no page of a huge file counts as this process's memory.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_OUTPUTFILE_H
#define LLM_COMPILER_OBJECT_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace llm {

class OutputFile {
public:
  /// Starts a file of `size` bytes, all holes. `mode` is what umask leaves of
  /// the permissions. A link at `path` is followed; anything but a regular
  /// file is refused.
  static llvm::Expected<OutputFile> create(llvm::StringRef path, uint64_t size,
                                           unsigned mode);

  OutputFile(OutputFile &&other)
      : shownPath(std::move(other.shownPath)), path(std::move(other.path)),
        length(other.length), file(std::exchange(other.file, std::nullopt)) {}
  OutputFile &operator=(OutputFile &&) = delete;
  /// Drops the file unless it was committed.
  ~OutputFile();

  uint64_t size() const { return length; }

  /// Any number of threads may write and read at once.
  llvm::Error write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes) const;
  llvm::Error read(uint64_t offset, llvm::MutableArrayRef<uint8_t> bytes) const;
  /// Whether [begin, end) was never written and reads as zeros.
  bool isHole(uint64_t begin, uint64_t end) const;

  /// The whole file, mapped read-only while `use` runs.
  llvm::Error
  mapped(llvm::function_ref<llvm::Error(llvm::ArrayRef<uint8_t>)> use) const;

  /// Gives the file its name, in place of what had it.
  llvm::Error commit();

private:
  OutputFile(llvm::StringRef shownPath, std::string path, uint64_t length,
             llvm::sys::fs::TempFile file)
      : shownPath(shownPath), path(std::move(path)), length(length),
        file(std::move(file)) {}
  llvm::Error fault(const llvm::Twine &what, int errorNumber) const;

  std::string shownPath; ///< as the user gave it
  std::string path;
  uint64_t length;
  std::optional<llvm::sys::fs::TempFile> file; ///< empty once committed
};

} // namespace llm

#endif // LLM_COMPILER_OBJECT_OUTPUTFILE_H
